import { createPairDecoder, type PieceDecoder } from "./pairs.ts";

/**
 * windows-949, the encoding of Korean Windows: EUC-KR with the 8,822 syllables that it lacks (`똠`, `펲`, `햏`). Node's
 * `euc-kr` decoder knows only the 2,350 of KS X 1001 and reads garbage for the rest, so this is a decoder of our own.
 */
const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const INVALID = 0xfffd;

/** Second bytes of the added syllables; from 0xA1 on the row belongs to KS X 1001. */
const isAddedTrail = (lead: number, trail: number): boolean =>
  (trail >= 0x41 && trail <= 0x5a) ||
  (trail >= 0x61 && trail <= 0x7a) ||
  (trail >= 0x81 && trail <= (lead < 0xa1 ? 0xfe : 0xa0));

/** The rows A1 to FE of KS X 1001, as Node decodes them. */
const readStandardRows = (table: Uint16Array): Set<number> => {
  const decoder = new TextDecoder("euc-kr");
  const syllables = new Set<number>();
  for (let lead = 0xa1; lead <= 0xfe; lead += 1) {
    for (let trail = 0xa1; trail <= 0xfe; trail += 1) {
      const text = decoder.decode(Uint8Array.of(lead, trail));
      const code = text.length === 1 ? text.charCodeAt(0) : INVALID;
      table[(lead << 8) | trail] = code;
      if (code >= FIRST_SYLLABLE && code <= LAST_SYLLABLE) syllables.add(code);
    }
  }
  // Added to the standard in 1998; ICU's table, which Node uses, is older.
  table[0xa2e6] = 0x20ac;
  table[0xa2e7] = 0xae;
  return syllables;
};

/**
 * Two bytes -> UTF-16 code unit. The added syllables fill the free places in the order of Unicode, 0x8141 (`갂`) to
 * 0xC652 (`힣`).
 */
const buildTable = (): Uint16Array => {
  const table = new Uint16Array(0x1_0000).fill(INVALID);
  const standard = readStandardRows(table);
  let syllable = FIRST_SYLLABLE;
  for (let lead = 0x81; lead <= 0xc6; lead += 1) {
    for (let trail = 0x41; trail <= 0xfe; trail += 1) {
      if (!isAddedTrail(lead, trail)) continue;
      while (standard.has(syllable)) syllable += 1;
      if (syllable > LAST_SYLLABLE) return table;
      table[(lead << 8) | trail] = syllable;
      syllable += 1;
    }
  }
  return table;
};

let table: Uint16Array | null = null;
let standardSyllables: ReadonlySet<number> | null = null;

const pairOf = (lead: number, trail: number): number | null => {
  table ??= buildTable();
  const unit = table[(lead << 8) | trail] ?? INVALID;
  return unit === INVALID ? null : unit;
};

/** A character of the rows of KS X 1001, by its two bytes in EUC-KR, or null where there is none. */
export function standardCharacter(lead: number, trail: number): number | null {
  return lead >= 0xa1 && trail >= 0xa1 ? pairOf(lead, trail) : null;
}

const FILLER = "\u3164";
const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FINALS = `${FILLER}ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ`;
const FIRST_VOWEL = 0x314f;

/** A syllable that KS X 1001 lacks is a filler and the syllable's letters (annex 3): eight bytes. */
const composed = (text: string): string =>
  text.replace(/\u3164([ㄱ-ㅎ])([ㅏ-ㅣ])([ㄱ-ㅎ\u3164])/gu, (whole, initial: string, vowel: string, final: string) => {
    const [first, last] = [INITIALS.indexOf(initial), FINALS.indexOf(final)];
    if (first === -1 || last === -1) return whole;
    return String.fromCharCode(FIRST_SYLLABLE + (first * 21 + vowel.charCodeAt(0) - FIRST_VOWEL) * 28 + last);
  });

/** Decodes windows-949 (and so EUC-KR) piece by piece; bytes that are no character become U+FFFD. */
export function createKoreanDecoder(): PieceDecoder {
  const pairs = createPairDecoder((lead) => lead > 0x80 && lead < 0xff, pairOf);
  let waiting = "";
  return {
    decode: (bytes, last) => {
      const text = waiting + pairs.decode(bytes, last);
      const cut = last ? -1 : text.indexOf(FILLER, Math.max(text.length - 3, 0));
      waiting = cut === -1 ? "" : text.slice(cut);
      const whole = cut === -1 ? text : text.slice(0, cut);
      return whole.includes(FILLER) ? composed(whole) : whole;
    },
  };
}

/** Decodes windows-949 at once. */
export function decodeKorean(bytes: Uint8Array): string {
  return createKoreanDecoder().decode(bytes, true);
}

/** Whether a character is one of the 2,350 syllables of KS X 1001, which all but a few words are written with. */
export function isStandardSyllable(character: string): boolean {
  const code = character.charCodeAt(0);
  if (code < FIRST_SYLLABLE || code > LAST_SYLLABLE) return false;
  standardSyllables ??= readStandardRows(new Uint16Array(0x1_0000));
  return standardSyllables.has(code);
}
