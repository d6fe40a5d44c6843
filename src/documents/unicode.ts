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

/** The average weight of the bytes read as UTF-16, or 0 where they are none. */
const weightAs = (bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): number => {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    let total = 0;
    for (let index = 0; index < text.length; index += 1) total += weight(text.charCodeAt(index));
    return strayControlShare(text) === 0 ? total / text.length : 0;
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
  const [even = 0, odd = 0] = zeros.map((count) => count / (sample.length / 2));
  if (others < (sample.length - (even + odd) * (sample.length / 2)) * MIN_OTHERS_OF_EAST_ASIAN) {
    if (Math.max(even, odd) < MIN_ZEROS_OF_LATIN || Math.min(even, odd) > 0.01) return null;
    return { encoding: odd > even ? "utf-16le" : "utf-16be", bomBytes: 0 };
  }
  const hasHighBytes = sample.some((byte) => byte >= 0x80);
  if (strayControlShare(sample) < MIN_CONTROLS || (hasHighBytes && isUtf8(bytes))) return null;
  const little = weightAs(sample, "utf-16le");
  const big = weightAs(sample, "utf-16be");
  if (Math.max(little, big) < MIN_WEIGHT) return null;
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
