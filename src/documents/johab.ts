import { standardCharacter } from "./korean.ts";

/**
 * Values of 5 bits -> place in Unicode's order of initial consonants, vowels and final consonants (KS X 1001, annex
 * 3); -1 for none.
 */
const placesOf = (...runs: readonly (readonly [first: number, count: number])[]): readonly number[] => {
  const places = Array.from({ length: 32 }, () => -1);
  let place = 0;
  for (const [first, count] of runs) {
    for (let value = first; value < first + count; value += 1) {
      places[value] = place;
      place += 1;
    }
  }
  return places;
};

const INITIALS = placesOf([2, 19]);
const VOWELS = placesOf([3, 5], [10, 6], [18, 6], [26, 4]);
const FINALS = placesOf([1, 17], [19, 11]);
/** The values of a syllable without an initial, a vowel. */
const NO_INITIAL = 1;
const NO_VOWEL = 2;

const LONE_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FIRST_LONE_VOWEL = 0x314f;
const FIRST_SYLLABLE = 0xac00;

/** A syllable: a bit, and three groups of 5 for its letters. */
const syllable = (code: number): number | null => {
  const initial = (code >> 10) & 31;
  const vowel = (code >> 5) & 31;
  const final = FINALS[code & 31] ?? -1;
  const initialPlace = INITIALS[initial] ?? -1;
  const vowelPlace = VOWELS[vowel] ?? -1;
  if (initialPlace >= 0 && vowelPlace >= 0 && final >= 0) {
    return FIRST_SYLLABLE + (initialPlace * 21 + vowelPlace) * 28 + final;
  }
  if (initialPlace >= 0 && vowel === NO_VOWEL && final === 0) return LONE_INITIALS.charCodeAt(initialPlace);
  return initial === NO_INITIAL && vowelPlace >= 0 && final === 0 ? FIRST_LONE_VOWEL + vowelPlace : null;
};

/** Symbols and Chinese characters: two rows of KS X 1001 a lead byte, 1 to 12 from 0xD9 on, 42 to 93 from 0xE0 on. */
const standard = (lead: number, trail: number): number | null => {
  const isTrail = (trail >= 0x31 && trail <= 0x7e) || (trail >= 0x91 && trail <= 0xfe);
  if (!isTrail || lead < 0xd9 || lead > 0xf9) return null;
  const row = lead < 0xe0 ? 2 * (lead - 0xd9) : 2 * lead - 0x197;
  const place = trail < 0x91 ? trail - 0x31 : trail - 0x43;
  return standardCharacter(0xa1 + row + (place < 94 ? 0 : 1), 0xa1 + (place % 94));
};

/**
 * The character of two bytes in Johab (code page 1361), the encoding of Korean DOS programs; null where there is
 * none.
 */
export function decodeJohabPair(lead: number, trail: number): number | null {
  return lead <= 0xd3 ? syllable((lead << 8) | trail) : standard(lead, trail);
}
