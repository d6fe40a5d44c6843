import { decodePieces, encodingName } from "./decoders.ts";
import { HAN_ENCODINGS } from "./han.ts";
import { isStandardSyllable } from "./korean.ts";

/** What the encoding of a text without any declaration probably is. */
export interface Guess {
  /** A name of `encodingName`, such as `euc-kr`. */
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
/** From this share of frequent Chinese characters on it is Chinese or Japanese: real text has 0.5 to 0.9. */
const HAN_SHARE = 0.4;
const HAN_SHARE_OF_FEW = 0.75;
/** So much more than in any other encoding. */
const HAN_LEAD = 0.2;
/** Below so many letters of two bytes a guess is told. */
const SURE_LETTERS = 12;
/** Japanese has at least a third kana. */
const KANA_SHARE = 0.3;
/** A damaged character in a hundred does not disqualify an encoding. */
const MAX_INVALID_SHARE = 0.01;
/**
 * jschardet's confidence (0 to 1) from which its word counts: a sentence of Russian or Thai has 0.2, one of French
 * 0.05.
 */
const SURE_CONFIDENCE = 0.1;
/** Below so many bytes beyond ASCII jschardet is as confident when it is wrong. */
const SURE_BYTES = 24;

/**
 * Damage in decoded text: the replacement character, and C1 controls, which decoders give for bytes that they don't
 * know.
 */
const DAMAGE = /[\uFFFD\u0080-\u0084\u0086-\u009F]/gu;

/** The number of places in a decoded text where the bytes were no character of its encoding. */
export function countDamage(text: string): number {
  return text.match(DAMAGE)?.length ?? 0;
}

/**
 * A sample decoded, with the number of its damaged places. @throws RangeError for an encoding that is not of
 * `encodingName`.
 */
function decodeAs(encoding: string, sample: Uint8Array): { text: string; damaged: number } {
  const text = [...decodePieces(encoding, sample)].join("");
  return { text, damaged: countDamage(text) };
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
 * The encodings that jschardet finds and that are read here. Those of mainframes, and the DOS pages of single
 * countries, are not.
 */
const CANDIDATES: readonly string[] = (
  "big5hkscs cp874 cp932 euc-jis-2004 gb18030 johab koi8-r koi8-u cp949 cp866 windows-1250 windows-1251 " +
  "windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 " +
  "iso-8859-2 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-13 iso-8859-15 iso-8859-16 mac-roman " +
  "mac-cyrillic"
).split(" ");

interface Candidate {
  readonly encoding: string;
  readonly confidence: number;
}

/** jschardet's candidates in which the sample has no damage, the likeliest first. */
const askDetector = async (sample: Uint8Array): Promise<readonly Candidate[]> => {
  const { detectAll } = await import("jschardet");
  const found = detectAll(sample, { minimumThreshold: 0, detectEncodings: [...CANDIDATES] });
  return found.flatMap(({ encoding: name, confidence }) => {
    const encoding = encodingName(name?.toLowerCase());
    if (encoding === null || encoding.startsWith("utf-")) return [];
    const { text, damaged } = decodeAs(encoding, sample);
    return damaged > sample.length * MAX_INVALID_SHARE || isMixed(text) ? [] : [{ encoding, confidence }];
  });
};

/**
 * Of each script the encodings that are taken where another of it is as likely, or hardly likelier: the wider used
 * first.
 */
const USUAL: readonly (readonly [script: RegExp, ...names: string[]])[] = [
  [/\p{Script=Latin}/u, "windows-1252", "windows-1250"],
  [/\p{Script=Cyrillic}/u, "windows-1251", "koi8-r"],
];
/** What counts as hardly likelier, as a share of the confidence. */
const NEARLY = 0.99;
/** Where little speaks for any of them, the languages of the West are that much likelier. */
const NEARLY_WESTERN = 0.55;

const BESIDE_LATIN = String.raw`[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Thai}]`;

/**
 * Letters of another script right beside Latin ones; of those that form words without spaces, between two. Texts have
 * hardly any.
 */
const MIXED = new RegExp(
  String.raw`(?<=[a-z])${BESIDE_LATIN}|${BESIDE_LATIN}(?=[a-z])|(?<=[a-z])[\p{Script=Han}\p{Script=Hangul}]+(?=[a-z])`,
  "giu",
);
const MAX_MIXED_SHARE = 0.3;

/** Marks within words, and capital letters after small ones of Cyrillic or Greek, which only a wrong encoding makes. */
const ODD_WITHIN =
  /(?<=\p{L})[\u00A1-\u00A9\u00AB-\u00AC\u00AE\u00AF\u00B1-\u00B4\u00B6\u00B8\u00B9\u00BB-\u00BF\u201A\u201E-\u2026\u2030\u2039-\u203A\u20AC\u2122](?=\p{L})|(?<=(?!\p{ASCII})\p{Ll})(?!\p{ASCII}|\p{Script=Latin})\p{Lu}/gu;
const MAX_ODD_SHARE = 0.05;

/** Whether a text looks like words, some letters of which were read as something else. */
const isMixed = (text: string): boolean => {
  const letters = text.match(/(?!\p{ASCII})\p{L}/gu)?.length ?? 0;
  const odd = text.match(ODD_WITHIN)?.length ?? 0;
  return (text.match(MIXED)?.length ?? 0) > letters * MAX_MIXED_SHARE || odd > (letters + odd) * MAX_ODD_SHARE;
};

/**
 * A frame of code page 437, double or single: a corner, a run of lines, a corner, above and below. Its bytes are Thai
 * letters elsewhere.
 */
const hasFrame = (sample: Uint8Array): boolean => {
  const text = Buffer.from(sample).toString("latin1");
  return (
    (/\u00C9\u00CD+\u00BB/u.test(text) && /\u00C8\u00CD+\u00BC/u.test(text)) ||
    (/\u00DA\u00C4+\u00BF/u.test(text) && /\u00C0\u00C4+\u00D9/u.test(text))
  );
};

/** Of the candidates the likeliest, or a more usual one of its script that is about as likely. */
const pickUsual = (matches: readonly Candidate[], sample: Uint8Array): Candidate | undefined => {
  const [first] = matches;
  if (first === undefined) return undefined;
  const letters = lettersAs(first.encoding, sample).join("");
  const names = USUAL.find(([script]) => script.test(letters))?.slice(1) ?? [];
  const least = (name: unknown): number =>
    first.confidence * (name === "windows-1252" && first.confidence < SURE_CONFIDENCE ? NEARLY_WESTERN : NEARLY);
  const usual = names.map((name) =>
    matches.find(({ encoding, confidence }) => encoding === name && confidence >= least(name)),
  );
  return usual.find((match) => match !== undefined) ?? first;
};

/** Chinese and Japanese without kana: the encoding in which most characters are frequent ones, and what share are. */
const readHan = (sample: Uint8Array): { encoding: string; share: number; letters: number } | null => {
  const found = HAN_ENCODINGS.flatMap(({ encoding, frequent }) => {
    const letters = lettersAs(encoding, sample);
    const isHan = letters.length > 0 && letters.every((letter) => /[\p{Script=Han}\u3005\u3041-\u30FF]/u.test(letter));
    return isHan ? [{ encoding, share: shareOf(letters, (one) => frequent.has(one)), letters: letters.length }] : [];
  }).toSorted((one, other) => other.share - one.share);
  const [best, next] = found;
  return best !== undefined &&
    best.share >= (best.letters < SURE_LETTERS / 2 ? HAN_SHARE_OF_FEW : HAN_SHARE) &&
    best.share - (next?.share ?? 0) >= HAN_LEAD
    ? best
    : null;
};

/** Whether any Korean syllables could be these by chance: each is a frequent Chinese character once in seven times. */
const isChance = ({ share, letters }: { share: number; letters: number }): boolean =>
  letters < SURE_LETTERS && (letters < 4 || share < 1);

/** Thai: vowels and tones stand where they may. The letters of other languages, read as Thai, do not. */
const isThai = (sample: Uint8Array): boolean => {
  const { text, damaged } = decodeAs("windows-874", sample);
  const marks = text.match(/[\u0E30-\u0E3A\u0E40-\u0E4E]/gu)?.length ?? 0;
  const placed =
    text.match(
      /(?<=[\u0E01-\u0E2E])[\u0E30-\u0E3A\u0E47-\u0E4E]|(?<=[\u0E34-\u0E3A\u0E47-\u0E4E])[\u0E30\u0E32\u0E33\u0E47-\u0E4E]|[\u0E40-\u0E44](?=[\u0E01-\u0E2E])|(?<=\u0E31)[\u0E48-\u0E4B]/gu,
    )?.length ?? 0;
  const isOther = /[^\p{ASCII}\p{Script=Thai}฿]|[\u0E4F-\u0E5B]\p{Script=Thai}/u.test(text);
  return damaged === 0 && marks > 0 && placed === marks && !isOther && !isMixed(text);
};

/** What the detector says. @param mayBeKorean whether what it is not sure of is rather Korean. */
const askAbout = async (sample: Uint8Array, mayBeKorean: boolean): Promise<Guess> => {
  const highBytes = sample.reduce((count, byte) => (byte >= 0x80 ? count + 1 : count), 0);
  const best = pickUsual(await askDetector(sample), sample);
  const isSure = best !== undefined && best.confidence >= SURE_CONFIDENCE && highBytes >= SURE_BYTES;
  if (!isSure && mayBeKorean) return { encoding: "euc-kr", sure: false };
  if (!isSure && isThai(sample)) return { encoding: "windows-874", sure: highBytes >= SURE_BYTES };
  return { encoding: best?.encoding ?? "windows-1252", sure: isSure };
};

/**
 * The encoding of text that is neither declared nor Unicode, from a sample (tens of kilobytes, with its bytes beyond
 * ASCII). Korean and Japanese are first looked for by their own letters, since a detector needs a sentence to tell
 * them; Korean wins a tie between East Asian encodings where all letters would be Hangul.
 */
export async function guessEncoding(sample: Uint8Array): Promise<Guess> {
  const korean = lettersAs("euc-kr", sample);
  const hangulShare = shareOf(korean, (letter) => /\p{Script=Hangul}/u.test(letter));
  const frequentShare = shareOf(korean, (letter) => FREQUENT.has(letter));
  const han = readHan(sample);
  const isKorean = hangulShare > 0.5 && frequentShare >= KOREAN_SHARE;
  if (isKorean && frequentShare >= (han?.share ?? 0)) {
    return { encoding: "euc-kr", sure: true };
  }
  for (const encoding of ["shift_jis", "euc-jp"]) {
    if (shareOf(lettersAs(encoding, sample), isKana) >= KANA_SHARE) return { encoding, sure: true };
  }
  if (han !== null && !(shareOf(korean, isStandardSyllable) === 1 && isChance(han))) {
    return { encoding: han.encoding, sure: han.letters >= SURE_LETTERS };
  }
  if (isKorean) return { encoding: "euc-kr", sure: false };
  // In EUC-JP half-width kana have two bytes of their own; in Shift_JIS they have one, as Korean and Western letters
  // do.
  const isHalfKana = (letter: string): boolean => /[\uFF66-\uFF9F]/u.test(letter);
  if (shareOf(lettersAs("euc-jp", sample), isHalfKana) === 1) return { encoding: "euc-jp", sure: true };
  if (hasFrame(sample)) return { encoding: "ibm437", sure: false };
  return askAbout(sample, shareOf(korean, isStandardSyllable) >= HANGUL_SHARE);
}
