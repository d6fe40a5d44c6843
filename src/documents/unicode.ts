import { isUtf8 } from "node:buffer";

/** A Unicode encoding that the bytes themselves tell. */
export type UnicodeEncoding = "utf-8" | "utf-16le" | "utf-16be" | "utf-32le" | "utf-32be";

/** What was seen: the encoding, and the length of the byte order mark (0 where there is none). */
export interface UnicodeMark {
  readonly encoding: UnicodeEncoding;
  readonly bomBytes: number;
}

/** Enough text to tell its byte order; a multiple of 4, so that no character is cut. */
const SAMPLE_BYTES = 64 * 1024;

const startsWith = (bytes: Uint8Array, ...mark: readonly number[]): boolean =>
  mark.every((byte, index) => bytes[index] === byte);

/** UTF-32LE comes before UTF-16LE: its mark begins with the same two bytes. */
const byMark = (bytes: Uint8Array): UnicodeMark | null => {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return { encoding: "utf-8", bomBytes: 3 };
  if (startsWith(bytes, 0xff, 0xfe, 0, 0)) return { encoding: "utf-32le", bomBytes: 4 };
  if (startsWith(bytes, 0, 0, 0xfe, 0xff)) return { encoding: "utf-32be", bomBytes: 4 };
  if (startsWith(bytes, 0xff, 0xfe)) return { encoding: "utf-16le", bomBytes: 2 };
  if (startsWith(bytes, 0xfe, 0xff)) return { encoding: "utf-16be", bomBytes: 2 };
  return null;
};

/**
 * Controls that no text has: all but tab, line feed, vertical tab, form feed, return, shift out and in, DOS end of
 * file, escape.
 */
export function isStrayControl(code: number): boolean {
  return code < 0x20 && !((code >= 0x09 && code <= 0x0f) || code === 0x1a || code === 0x1b);
}

/** The share of control characters that no text has, 0 to 1; of an empty text 0. */
export function strayControlShare(text: string | Uint8Array): number {
  let stray = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = typeof text === "string" ? text.charCodeAt(index) : (text[index] ?? 0);
    if (isStrayControl(code)) stray += 1;
  }
  return text.length === 0 ? 0 : stray / text.length;
}

/**
 * How much a UTF-16 code unit speaks for the byte order: ASCII most, as the other order makes Chinese characters of
 * it.
 */
const weight = (unit: number): number => {
  if (unit < 0x7f) return 2;
  const isUsual =
    (unit >= 0xac00 && unit <= 0xd7a3) || // Hangul
    (unit >= 0x3000 && unit <= 0x30ff) || // East Asian punctuation, kana
    (unit >= 0x4e00 && unit <= 0x9fff) || // Chinese characters
    (unit >= 0xa0 && unit <= 0x6ff) || // Latin to Arabic
    (unit >= 0xe00 && unit <= 0xe5b) || // Thai
    (unit >= 0x2000 && unit <= 0x206f) || // punctuation
    unit >= 0xff00; // full-width forms
  return isUsual ? 1 : 0;
};

/** The least average weight of a text; of the wrong byte order Korean has about 0.5. */
const MIN_WEIGHT = 0.8;

/**
 * The average weight of the bytes read as UTF-16, or 0 where they are none.
 * @param isWanted what at least half of the units must be. @default anything
 */
const weightAs = (
  bytes: Uint8Array,
  encoding: "utf-16le" | "utf-16be",
  isWanted: (unit: number) => boolean = () => true,
): number => {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    let total = 0;
    let wanted = 0;
    for (let index = 0; index < text.length; index += 1) {
      total += weight(text.charCodeAt(index));
      if (isWanted(text.charCodeAt(index))) wanted += 1;
    }
    return strayControlShare(text) === 0 && wanted >= text.length / 2 ? total / text.length : 0;
  } catch {
    return 0;
  }
};

/** ASCII as UTF-16 has a zero in every second byte; a text with a few NUL bytes in it does not. */
const MIN_ZEROS_OF_LATIN = 0.5;
/**
 * From this share of bytes that are no ASCII text on (zeros aside), UTF-16 may be Hangul, Chinese characters and
 * kana: these have 0.3 to 0.9.
 */
const MIN_OTHERS_OF_EAST_ASIAN = 0.1;
/**
 * The least share of controls, zeros among them, in the bytes of East Asian UTF-16: it has 0.03 to 0.15, other
 * encodings have none.
 */
const MIN_CONTROLS = 0.01;

/** High bytes of scripts that take the same one for most of their letters: Greek to Arabic, Thai, kana. */
const SCRIPT_BYTES = [0x03, 0x04, 0x05, 0x06, 0x0e, 0x30];
const isKana = (unit: number): boolean => unit >= 0x3041 && unit <= 0x30ff;
/** The least share of such a byte on one side of the pairs; spaces and punctuation have another one. */
const MIN_SCRIPT_BYTES = 0.5;
/** Of two or three letters one may have it by chance. */
const FEW_PAIR_BYTES = 8;
const MIN_SCRIPT_BYTES_OF_FEW = 0.6;

/** UTF-16 of one such script: its high byte is on one side of most pairs, and hardly on the other. */
const byScript = (sample: Uint8Array, hasOthers: boolean): UnicodeMark | null => {
  const shareOf = (side: number, byte: number): number => {
    let count = 0;
    for (let index = side; index < sample.length; index += 2) if (sample[index] === byte) count += 1;
    return count / (sample.length / 2);
  };
  for (const [encoding, side] of [
    ["utf-16be", 0],
    ["utf-16le", 1],
  ] as const) {
    // The byte of kana is the digit 0 too: without anything that is no ASCII it is `0,0,0`.
    for (const byte of SCRIPT_BYTES.filter((one) => hasOthers || one < 0x20)) {
      const least = sample.length < FEW_PAIR_BYTES ? MIN_SCRIPT_BYTES_OF_FEW : MIN_SCRIPT_BYTES;
      const isMost = shareOf(side, byte) >= least && shareOf(1 - side, byte) < 0.1;
      const isScript = isMost && weightAs(sample, encoding, byte === 0x30 ? isKana : undefined) >= MIN_WEIGHT;
      if (isScript) return { encoding, bomBytes: 0 };
    }
  }
  return null;
};

/** UTF-16 without a mark, by what its bytes have that no other text has. */
const byPairs = (bytes: Uint8Array): UnicodeMark | null => {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (bytes.length % 2 !== 0 || sample.length === 0) return null;
  const zeros = [0, 0];
  let others = 0;
  for (let index = 0; index < sample.length; index += 1) {
    const byte = sample[index] ?? 0;
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
    else if (byte >= 0x80 || isStrayControl(byte)) others += 1;
  }
  const hasHighBytes = sample.some((byte) => byte >= 0x80);
  const script = hasHighBytes && isUtf8(bytes) ? null : byScript(sample, others > 0);
  if (script !== null) return script;
  const [even = 0, odd = 0] = zeros.map((count) => count / (sample.length / 2));
  if (others < (sample.length - (even + odd) * (sample.length / 2)) * MIN_OTHERS_OF_EAST_ASIAN) {
    if (Math.max(even, odd) < MIN_ZEROS_OF_LATIN || Math.min(even, odd) > 0.01) return null;
    return { encoding: odd > even ? "utf-16le" : "utf-16be", bomBytes: 0 };
  }
  if (strayControlShare(sample) < MIN_CONTROLS || (hasHighBytes && isUtf8(bytes))) return null;
  const little = weightAs(sample, "utf-16le");
  const big = weightAs(sample, "utf-16be");
  if (Math.max(little, big) < MIN_WEIGHT) return null;
  // Two or three characters may be usual ones in both orders.
  if (sample.length < FEW_PAIR_BYTES && Math.min(little, big) >= MIN_WEIGHT) return null;
  return { encoding: little >= big ? "utf-16le" : "utf-16be", bomBytes: 0 };
};

/** UTF-32 without a mark: of every four bytes one is zero, and beside it at most 16. No other text has that. */
const byQuadruples = (bytes: Uint8Array): UnicodeMark | null => {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (bytes.length % 4 !== 0 || sample.length === 0) return null;
  const view = new DataView(sample.buffer, sample.byteOffset, sample.length);
  const isScalar = (code: number): boolean => code > 0x08 && code < 0x11_0000 && (code & 0xf800) !== 0xd800;
  for (const [encoding, little] of [
    ["utf-32le", true],
    ["utf-32be", false],
  ] as const) {
    let fits = true;
    for (let at = 0; at < sample.length && fits; at += 4) fits = isScalar(view.getUint32(at, little));
    if (fits) return { encoding, bomBytes: 0 };
  }
  return null;
};

/** The Unicode encoding that a byte order mark or the pattern of the bytes tells, or null where neither does. */
export function unicodeMark(bytes: Uint8Array): UnicodeMark | null {
  return byMark(bytes) ?? byQuadruples(bytes) ?? byPairs(bytes);
}
