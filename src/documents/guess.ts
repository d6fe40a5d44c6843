import { countDamage } from "./damage.ts";
import { decodePieces, encodingName } from "./decoders.ts";
import { FREQUENT_HAN } from "./han.ts";
import { FREQUENT_SYLLABLES } from "./hangul.ts";
import { isStandardSyllable } from "./korean.ts";
import { LIKELIHOODS } from "./likelihood.ts";

/** What the encoding of a text without any declaration probably is. */
export interface Guess {
  /** A name of `encodingName`, such as `euc-kr`. */
  readonly encoding: string;
  /** False where so little speaks for it that the user should be told. */
  readonly sure: boolean;
}

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
  "big5hkscs cp874 cp932 euc-jis-2004 gb18030 johab koi8-r koi8-u cp949 cp855 cp866 windows-1250 windows-1251 " +
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
  const found = [...FREQUENT_HAN]
    .flatMap(([encoding, frequent]) => {
      const letters = lettersAs(encoding, sample);
      const isHan =
        letters.length > 0 && letters.every((letter) => /[\p{Script=Han}\u3005\u3041-\u30FF]/u.test(letter));
      return isHan ? [{ encoding, share: shareOf(letters, (one) => frequent.has(one)), letters: letters.length }] : [];
    })
    .toSorted((one, other) => other.share - one.share);
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

/** Up to so many bytes beyond ASCII the text is a few words, which their letters tell better than the detector. */
const FEW_BYTES = 48;
/** So much likelier (a natural logarithm) than in any other encoding a text is where nothing is to be told. */
const SURE_LEAD = 3.5;

interface Reading {
  readonly encoding: string;
  readonly likelihood: number;
}

/** The encodings in which a few words have no damage, the likeliest first. */
const readWords = (sample: Uint8Array): readonly Reading[] =>
  [...LIKELIHOODS]
    .flatMap(([encoding, likelihoodOf]) => {
      const { text, damaged } = decodeAs(encoding, sample);
      if (damaged > 0 || (encoding === "windows-874" && !isThai(sample))) return [];
      return [{ encoding, likelihood: likelihoodOf(text) }];
    })
    .toSorted((one, other) => other.likelihood - one.likelihood);

const LATIN = /^(?:windows-125[0247]|iso-8859-2|macintosh|ibm850)$/u;

/** What the detector hardly finds. */
const HARDLY_FOUND = /^(?:windows-1254|macintosh|ibm850)$/u;
/** The languages that the detector finds in a few words of the West. */
const FAR = /^windows-125[478]$/u;

/** Of a few Latin words: what the detector says, unless their letters speak against it. */
const rather = (readings: readonly Reading[], found: string): string => {
  const of = (name: string): number =>
    readings.find(({ encoding }) => encoding === name)?.likelihood ?? Number.NEGATIVE_INFINITY;
  const [best] = readings;
  if (best === undefined || !LATIN.test(best.encoding)) return found;
  const isRight = HARDLY_FOUND.test(best.encoding) || !(LATIN.test(found) || found === "windows-1258");
  if (isRight && best.likelihood - of(found) > SURE_LEAD) return best.encoding;
  return FAR.test(found) && of("windows-1252") > of(found) && of(found) > Number.NEGATIVE_INFINITY
    ? "windows-1252"
    : found;
};

/** What the detector says. @param mayBeKorean whether what it is not sure of is rather Korean. */
const askAbout = async (sample: Uint8Array, mayBeKorean: boolean): Promise<Guess> => {
  const highBytes = sample.reduce((count, byte) => (byte >= 0x80 ? count + 1 : count), 0);
  const best = pickUsual(await askDetector(sample), sample);
  const isSure = best !== undefined && best.confidence >= SURE_CONFIDENCE && highBytes >= SURE_BYTES;
  if (!isSure && mayBeKorean) return { encoding: "euc-kr", sure: false };
  if (!isSure && isThai(sample)) return { encoding: "windows-874", sure: highBytes >= SURE_BYTES };
  const found = best?.encoding ?? "windows-1252";
  return { encoding: highBytes <= FEW_BYTES ? rather(readWords(sample), found) : found, sure: isSure };
};

/** A few words by their letters; null where they are Latin, whose languages share most of them. */
const guessWords = (sample: Uint8Array): Guess | null => {
  const [best, next] = readWords(sample);
  if (best === undefined) return null;
  const lead = best.likelihood - (next?.likelihood ?? Number.NEGATIVE_INFINITY);
  if (LATIN.test(best.encoding)) return null;
  const isJapanese = /^(?:shift_jis|euc-jp)$/u.test(best.encoding) && lettersAs(best.encoding, sample).length > 1;
  const isKoreanOrJapanese = best.encoding === "euc-kr" || isJapanese;
  const highBytes = sample.reduce((count, byte) => (byte >= 0x80 ? count + 1 : count), 0);
  return { encoding: best.encoding, sure: lead >= SURE_LEAD && (isKoreanOrJapanese || highBytes >= SURE_BYTES) };
};

/**
 * The encoding of text that is neither declared nor Unicode, from a sample (tens of kilobytes, with its bytes beyond
 * ASCII). Korean and Japanese are first looked for by their own letters, since a detector needs a sentence to tell
 * them; Korean wins a tie between East Asian encodings where all letters would be Hangul.
 */
export async function guessEncoding(sample: Uint8Array): Promise<Guess> {
  const korean = lettersAs("euc-kr", sample);
  const hangulShare = shareOf(korean, (letter) => /\p{Script=Hangul}/u.test(letter));
  const frequentShare = shareOf(korean, (letter) => FREQUENT_SYLLABLES.has(letter));
  const standardShare = shareOf(korean, isStandardSyllable);
  const highBytes = sample.reduce((count, byte) => (byte >= 0x80 ? count + 1 : count), 0);
  const words = highBytes <= FEW_BYTES ? guessWords(sample) : null;
  const han = readHan(sample);
  if (hasFrame(sample)) return { encoding: "ibm437", sure: false };
  // Any syllables may be a name, which nothing else speaks for.
  if (
    standardShare === 1 &&
    korean.length > 1 &&
    !(han !== null && !isChance(han)) &&
    !isMixed(decodeAs("euc-kr", sample).text)
  ) {
    const isFrequent = frequentShare >= KOREAN_SHARE && highBytes > FEW_BYTES;
    return { encoding: "euc-kr", sure: isFrequent || (words?.encoding === "euc-kr" && words.sure) };
  }
  if (words !== null) return words;
  const isKorean = hangulShare > 0.5 && frequentShare >= KOREAN_SHARE;
  if (isKorean && frequentShare >= (han?.share ?? 0)) return { encoding: "euc-kr", sure: true };
  for (const encoding of ["shift_jis", "euc-jp"]) {
    if (shareOf(lettersAs(encoding, sample), isKana) >= KANA_SHARE) return { encoding, sure: true };
  }
  if (han !== null) return { encoding: han.encoding, sure: han.letters >= SURE_LETTERS };
  if (isKorean) return { encoding: "euc-kr", sure: false };
  return askAbout(sample, standardShare >= HANGUL_SHARE && !isMixed(decodeAs("euc-kr", sample).text));
}
