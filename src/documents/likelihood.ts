import { FREQUENT_SYLLABLES } from "./hangul.ts";
import { FREQUENT_HAN, isCommonHan } from "./han.ts";
import { isStandardSyllable } from "./korean.ts";

/** How likely a text is in its script, as the sum of the natural logarithms of its characters' shares. */
export type Likelihood = (text: string) => number;

/** What any character of ASCII counts, so that an encoding that takes it for half of a letter pays for that. */
const ASCII = -3;
/** A mark where marks stand; one within a word, or a letter of a script that is not looked for. */
const MARK = -6;
const STRANGE = -9;
/** A letter beside a Latin one, which texts of other scripts hardly have. */
const BESIDE_LATIN = -6;

/** What a sequence costs that the words of a script hardly have. */
const ODD = -4;

/** The letters of an alphabet, the most frequent first; their shares fall in a line. */
interface Alphabet {
  readonly shares: ReadonlyMap<string, number>;
  /** The letters of its script. */
  readonly script: RegExp;
  /** What its words hardly have. */
  readonly odd: RegExp;
}

const alphabet = (script: RegExp, letters: string, odd: RegExp): Alphabet => {
  const ordered = [...new Set(letters)];
  const total = (ordered.length * ordered.length) / 2;
  const share = (place: number): number => Math.log((ordered.length - place - 0.5) / total);
  return { script, odd, shares: new Map(ordered.map((letter, place) => [letter, share(place)])) };
};

const CYRILLIC = alphabet(
  /\p{Script=Cyrillic}/u,
  "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ",
  // A hard or a soft sign that begins a word; words and runs of consonants alone.
  /(?<!\p{L})[ыьъ]|(?<!\p{L})[бвгджзйклмнпрстфхцчшщ]{2,}(?!\p{L})|[бвгджзйклмнпрстфхцчшщ]{5}|\p{L}(?=\d)/giu,
);
const GREEK = alphabet(
  /\p{Script=Greek}/u,
  "αοιετσνηυρπκμλςωάίόήέύώδγχθφβξζψϊϋ",
  // Words of two syllables and more have an accent, those of capitals none.
  /(?<=\p{L})[Ά-Ώ]|(?<!\p{L})(?=\p{L}*[αεηιουω]\p{L}+[αεηιουω])[α-ω]{3,}(?!\p{L})|ς(?=\p{L})/gu,
);
const HEBREW = alphabet(/\p{Script=Hebrew}/u, "יוהלאתרבשמנדכחקפעצגזטסםןךףץ", /[ךםןףץ](?=\p{L})/gu);
const ARABIC = alphabet(/\p{Script=Arabic}/u, "الينمرتبةودسعكفحقهجشصطخأءضذزثغظئىإآؤ", /[ةى](?=\p{L})/gu);
const THAI = alphabet(/\p{Script=Thai}/u, "านรอก่เ้งยมีลวดทส\u0E31ตะปบคหิแจพชขใไโ์ซณธผุูถึศญฐภฤษฟฉื็ำฝ", /[\u0E4F-\u0E5B]/gu);

const isUpper = (letter: string): boolean => letter !== letter.toLowerCase();

/**
 * By the letters of one alphabet. Capitals begin words or make up whole ones; a small letter before a capital is a
 * sign of another encoding.
 */
const ofAlphabet =
  ({ script, shares, odd }: Alphabet): Likelihood =>
  (text) => {
    let sum = (text.match(odd)?.length ?? 0) * ODD;
    let before = "";
    for (const letter of text) {
      if (letter <= "\u007F") sum += ASCII + (/[a-z]/iu.test(letter) && script.test(before) ? BESIDE_LATIN : 0);
      else if (script.test(letter)) {
        sum += shares.get(letter.toLowerCase()) ?? STRANGE;
        if (/[a-z]/iu.test(before)) sum += BESIDE_LATIN;
        else if (isUpper(letter) && script.test(before)) sum += isUpper(before) ? -0.2 : STRANGE;
      } else sum += /\p{L}/u.test(letter + before) ? STRANGE : MARK;
      before = letter;
    }
    return sum;
  };

/** The letters of the West beyond ASCII, and those of Turkish and of Central Europe. */
const WESTERN = new Set("é à ü ö ä è ß ç ê á ó í ñ ú ô â å ø æ î û ù ë ï ì ò ã õ É À Ü Ö Ä Å Ø Æ Ç Ñ È Ê Á Í Ó Ú œ");
const TURKISH = new Set("ş ğ ı İ Ş Ğ");
const CENTRAL = new Set(
  "ą ć ę ł ń ó ś ź ż á č ď é ě í ň ř š ť ú ů ý ž ő ű ă â î ţ ș ț Ą Ć Ę Ł Ń Ś Ź Ż Č Ď Ě Ň Ř Š Ť Ů Ý Ž Ő Ű Ă Â Î Ţ Ș Ț Ė ė į ų ū ā ē ģ ī ķ ļ ņ Ū",
);

/** A letter beyond ASCII beside a mark that ends no word, and a capital after a small letter. */
const ODD_LATIN =
  /(?!\p{ASCII})\p{L}[@#$%^&*=+~`|\\{}<>[\]\d]|[\d@#$%^&*=+~`|\\](?!\p{ASCII})\p{L}|(?!\p{ASCII})\p{Ll}[A-Z]|\p{Ll}(?!\p{ASCII})\p{Lu}/gu;

/** Marks where they stand in a text: quotes around words, dashes between spaces, currencies before digits. */
const PLACED =
  /^(?:[\s(]?[“‘«„¿¡][\p{L}\d]|[\p{L}\d.,!?][”’»…](?:[\s.,;:!?)]|$)|\p{L}’\p{L}|\s[–—]\s?|[\s(]?[£€][\d\s]|\d[–€£°][\s\d]?)/u;

/** By the letters of Latin alphabets: most stand beside letters of ASCII. */
const latin: Likelihood = (text) => {
  let sum = (text.match(ODD_LATIN)?.length ?? 0) * STRANGE;
  let high = 0;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text.charAt(index);
    if (letter <= "\u007F") {
      sum += ASCII;
      high = 0;
      continue;
    }
    high += 1;
    const isWithin = /[a-z]{2}/iu.test(text.charAt(index - 1) + text.charAt(index + 1));
    const isPlaced = PLACED.test(text.slice(Math.max(index - 1, 0), index + 2));
    if (isPlaced) sum += -3;
    else if (WESTERN.has(letter))
      sum += /\p{L}/u.test(text.charAt(index - 1) + text.charAt(index + 1)) || letter === "à" ? -3 : MARK;
    else if (TURKISH.has(letter)) sum += -4.3;
    else if (CENTRAL.has(letter)) sum += -4.5;
    else if (isWithin && letter !== "\u2019") sum += STRANGE;
    else sum += /[“”‘’–—…«»¿¡€£°§\u00A0]/u.test(letter) ? MARK : STRANGE;
    if (high > 2) sum -= 4;
  }
  return sum;
};

/** Icelandic letters, which are Turkish ones in its encoding, and Turkish is the more frequent. */
const western: Likelihood = (text) => latin(text) + 3 * -(text.match(/[ýþðÝÞÐ]/gu)?.length ?? 0);

const isAsianMark = (letter: string): boolean => /[\u3001-\u3011\u30FB\u30FC\uFF01-\uFF5E·“”‘’…—]/u.test(letter);

/** By the frequency of Chinese characters, and of kana where the language has them. */
const han =
  (encoding: string, hasKana: boolean): Likelihood =>
  (text) => {
    let sum = 0;
    for (const letter of text) {
      if (letter <= "\u007F") sum += ASCII;
      else if (/[\u3041-\u3096\u30A1-\u30FC\uFF66-\uFF9F]/u.test(letter)) {
        sum += hasKana ? (letter < "\u30A0" ? -4.6 : -5.2) : -11;
      } else if (isAsianMark(letter)) sum += -5.5;
      else if (FREQUENT_HAN.get(encoding)?.has(letter) === true) sum += -6.6;
      else sum += isCommonHan(encoding, letter) ? -9.4 : -12.5;
    }
    return sum;
  };

/** A letter of chats, which stands there several times: `ㅋㅋㅋ`. */
const CHAT = -2.5;

/** By the frequency of Korean syllables; Chinese characters are rare. */
const korean: Likelihood = (text) => {
  let sum = 1.5;
  for (const letter of text) {
    if (letter <= "\u007F") sum += ASCII;
    else if (/[ㅋㅎㅠㅜ]/u.test(letter)) sum += CHAT;
    else if (FREQUENT_SYLLABLES.has(letter)) sum += -6.6;
    else if (isStandardSyllable(letter)) sum += -9;
    else if (isAsianMark(letter)) sum += -5.5;
    else sum += /\p{Script=Hangul}/u.test(letter) ? -11 : -12.5;
  }
  return sum;
};

/**
 * Of each encoding how likely a text in it is, as far as its letters tell. The less used of two encodings of a script
 * pay for it.
 */
export const LIKELIHOODS: ReadonlyMap<string, Likelihood> = new Map([
  ["euc-kr", korean],
  ["johab", (text) => korean(text) - 4],
  ["shift_jis", han("shift_jis", true)],
  ["euc-jp", han("euc-jp", true)],
  ["gb18030", han("gb18030", false)],
  ["big5", han("big5", false)],
  ["windows-1251", ofAlphabet(CYRILLIC)],
  ["koi8-r", (text) => ofAlphabet(CYRILLIC)(text) - 0.1],
  ["koi8-u", (text) => ofAlphabet(CYRILLIC)(text) - 0.2],
  ["ibm866", (text) => ofAlphabet(CYRILLIC)(text) - 1],
  ["ibm855", (text) => ofAlphabet(CYRILLIC)(text) - 2],
  ["iso-8859-5", (text) => ofAlphabet(CYRILLIC)(text) - 1.5],
  ["x-mac-cyrillic", (text) => ofAlphabet(CYRILLIC)(text) - 2],
  ["windows-1253", ofAlphabet(GREEK)],
  ["windows-1255", ofAlphabet(HEBREW)],
  ["windows-1256", ofAlphabet(ARABIC)],
  ["iso-8859-6", (text) => ofAlphabet(ARABIC)(text) - 1],
  ["windows-874", ofAlphabet(THAI)],
  ["windows-1252", western],
  ["windows-1250", (text) => latin(text) - 0.5],
  ["windows-1254", (text) => latin(text) - 0.5],
  ["windows-1257", (text) => latin(text) - 0.8],
  ["iso-8859-2", (text) => latin(text) - 1],
  ["macintosh", (text) => latin(text) - 1],
  ["ibm850", (text) => latin(text) - 1.5],
]);
