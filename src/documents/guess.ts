import { decodeKorean, isStandardSyllable } from "./korean.ts";

/** What the encoding of a text without any declaration probably is. */
export interface Guess {
  /** A WHATWG name, such as `euc-kr`. */
  readonly encoding: string;
  /** False where so little speaks for it that the user should be told. */
  readonly sure: boolean;
}

/**
 * The syllables that make up most of any Korean text (particles, endings, the frequent parts of words and names), and
 * the letters of its chats.
 */
const FREQUENT = new Set(
  "가각간갈감갑값강갖같개객거걱건걸검것게겠겨격견결경계고곡곤골곳공과관광교구국군굴권귀규균그극근글금급기긴길김까깨꺼께꼭꽃꿈끓끝끼나난날남낮내냉너널넣네넷녀녁년념노논놀농높누눈눌뉴느는늘능니다단달닭담답당대댁댓더덕던덤데도독돈돌동됐되된될두둔뒤드든들등디따딸때떡떤떻또뜨뜻띄라락란람랐랑래략량러런럼럽레렉렌려력련령례로록론롭료루룹류률르른를름리린림립링마막만많말맛망맞매맥머먹먼멀멋메멘며면명모목몰못무묵묶문물미민믿밀바박밖반받발밝밤밥방배백뱅버번벌범법벤벽변별병보복볶본볼봄봉뵙부북분불뷰브블비빌빛빠빨뿐사삭산살삼상새색샘생샵서석섞선설섬섯성세센셔션소속손솔송숍수숙순술숨쉬쉽스슨습승시식신실심십싶쌀썼쓰씨씩씻아악안않알암압앗았앙앞애액앨앱야약양얘어억언얻얼엄업없엇었에엑엔엘엠여역연열염였영예옛오옥온올옮옷와완왔왕외요용우욱운울움웃워원월웨웬웹위유육윤율으은을음읍응의이익인일읽잃임입있잊잎자작잔잘잠잡장재쟁저적전절점접정제젝젠져조족존종좋좌주죽준줄중즈즉지직진질짐집짓짜째쪽쯤찌찍찬찰참창찾채책처천철첫청체초촉총최추축출충취측층치친칠카칼커컨컴컷켈켓켜켰코콘콜쿠크큰클키킨킬타탁탄탈탐태택터턴테텔토톡통투튜트특티틱틴팀팅파판팔패팩팸퍼페펙펜펫펴편평폐포폭폴표푸품풍프플피픽핀필핏핑하학한할함합항해핵했행향허험헤헬혀현협혔형혜호혹혼홀홈홍화확환활황회획효후훈훨휴흐흔흘희히힘ㅋㅎㅠㅜ",
);

/**
 * From this share of frequent syllables on, where Hangul prevails, it is Korean: real Korean has 0.8, Chinese read as
 * Korean 0.1.
 */
const KOREAN_SHARE = 0.4;
/** From this share of any standard syllables on it may be. */
const HANGUL_SHARE = 0.9;
/** Japanese has at least a third kana. */
const KANA_SHARE = 0.3;
/** A damaged character in a hundred does not disqualify an encoding. */
const MAX_INVALID_SHARE = 0.01;
/**
 * chardet's confidence (0 to 100) from which its word counts; it gives 10 to every multi-byte encoding that is possible
 * at all.
 */
const CHARDET_SURE = 50;
const CHARDET_MAYBE = 15;
/** Below so many bytes chardet is as confident when it is wrong. */
const CHARDET_BYTES = 32;

const MULTI_BYTE = new Set(["big5", "euc-jp", "euc-kr", "gb18030", "shift_jis", "iso-2022-jp"]);

/**
 * Damage in decoded text: the replacement character, and C1 controls, which decoders give for bytes that they do not
 * know.
 */
const DAMAGE = /[\uFFFD\u0080-\u0084\u0086-\u009F]/gu;

/**
 * `bytes` decoded, with the number of places where they were no character of the encoding. Throws for an encoding that
 * Node lacks.
 */
export function decodeAs(encoding: string, bytes: Uint8Array): { text: string; damaged: number } {
  const text = encoding === "euc-kr" ? decodeKorean(bytes) : new TextDecoder(encoding).decode(bytes);
  return { text, damaged: text.match(DAMAGE)?.length ?? 0 };
}

/** The letters beyond ASCII, or none where the bytes are not of this encoding. */
const lettersAs = (encoding: string, sample: Uint8Array): readonly string[] => {
  const { text, damaged } = decodeAs(encoding, sample);
  const letters = text.match(/(?![\p{ASCII}])\p{L}/gu) ?? [];
  return damaged > letters.length * MAX_INVALID_SHARE ? [] : letters;
};

const shareOf = (letters: readonly string[], counts: (letter: string) => boolean): number =>
  letters.length === 0 ? 0 : letters.filter(counts).length / letters.length;

const isKana = (letter: string): boolean => /[\u3041-\u30FF]/u.test(letter);

/**
 * Node's name for an encoding that chardet names; its Latin names are read as their Windows supersets, as browsers do.
 */
const nodeName = (name: string): string | null => {
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
};

const askChardet = async (sample: Uint8Array): Promise<readonly { encoding: string; confidence: number }[]> => {
  // The default export: bundled CommonJS has no named ones.
  const { default: chardet } = await import("chardet");
  return chardet.analyse(sample).flatMap(({ name, confidence }) => {
    const encoding = nodeName(name);
    if (encoding === null || encoding.startsWith("utf-") || confidence < CHARDET_MAYBE) return [];
    return decodeAs(encoding, sample).damaged > sample.length * MAX_INVALID_SHARE ? [] : [{ encoding, confidence }];
  });
};

/**
 * All beyond ASCII are Chinese characters of the first level (GB 2312, rows 16 to 55): too few for chardet, and not
 * what Western text looks like.
 */
const isShortChinese = (sample: Uint8Array): boolean => {
  const high = sample.filter((byte) => byte >= 0x80);
  return (
    high.length > 2 &&
    high.every((byte, index) => byte >= (index % 2 === 0 ? 0xb0 : 0xa1) && (index % 2 === 1 || byte <= 0xd7)) &&
    lettersAs("gb18030", sample).every((letter) => /\p{Script=Han}/u.test(letter))
  );
};

/**
 * The encoding of text that is neither declared nor Unicode, from a sample (tens of kilobytes, with its bytes beyond
 * ASCII). chardet needs a sentence or two, so Korean and Japanese are first looked for by their own letters; Korean
 * wins a tie between East Asian encodings where all letters would be Hangul.
 */
export async function guessEncoding(sample: Uint8Array): Promise<Guess> {
  const korean = lettersAs("euc-kr", sample);
  const hangulShare = shareOf(korean, (letter) => /\p{Script=Hangul}/u.test(letter));
  const frequentShare = shareOf(korean, (letter) => FREQUENT.has(letter));
  if (hangulShare > 0.5 && frequentShare >= KOREAN_SHARE) return { encoding: "euc-kr", sure: true };
  for (const encoding of ["shift_jis", "euc-jp"]) {
    if (shareOf(lettersAs(encoding, sample), isKana) >= KANA_SHARE) return { encoding, sure: true };
  }
  const matches = await askChardet(sample);
  const eastAsian = matches.find(({ encoding, confidence }) => MULTI_BYTE.has(encoding) && confidence >= CHARDET_SURE);
  if (eastAsian !== undefined) return { encoding: eastAsian.encoding, sure: true };
  if (shareOf(korean, isStandardSyllable) >= HANGUL_SHARE) return { encoding: "euc-kr", sure: false };
  const best = matches[0];
  if (best !== undefined) {
    return { encoding: best.encoding, sure: best.confidence >= CHARDET_SURE && sample.length >= CHARDET_BYTES };
  }
  return { encoding: isShortChinese(sample) ? "gb18030" : "windows-1252", sure: false };
}
