/** A Unicode encoding that the bytes themselves tell. */
export type UnicodeEncoding = "utf-8" | "utf-16le" | "utf-16be" | "utf-32";

/** What was seen: the encoding, and the length of the byte order mark (0 where there is none). */
export interface UnicodeMark {
  readonly encoding: UnicodeEncoding;
  readonly bomBytes: number;
}

/** Enough text to tell its byte order. */
const SAMPLE_BYTES = 64 * 1024;

const startsWith = (bytes: Uint8Array, ...mark: readonly number[]): boolean =>
  mark.every((byte, index) => bytes[index] === byte);

/** UTF-32LE comes before UTF-16LE: its mark begins with the same two bytes. */
const byMark = (bytes: Uint8Array): UnicodeMark | null => {
  if (startsWith(bytes, 0xef, 0xbb, 0xbf)) return { encoding: "utf-8", bomBytes: 3 };
  if (startsWith(bytes, 0xff, 0xfe, 0, 0)) return { encoding: "utf-32", bomBytes: 4 };
  if (startsWith(bytes, 0, 0, 0xfe, 0xff)) return { encoding: "utf-32", bomBytes: 4 };
  if (startsWith(bytes, 0xff, 0xfe)) return { encoding: "utf-16le", bomBytes: 2 };
  if (startsWith(bytes, 0xfe, 0xff)) return { encoding: "utf-16be", bomBytes: 2 };
  return null;
};

/**
 * Controls that no text has: all but tab, line feed, vertical tab, form feed, return, shift out and in, DOS end of
 * file, escape.
 */
const isStrayControl = (code: number): boolean =>
  code < 0x20 && !((code >= 0x09 && code <= 0x0f) || code === 0x1a || code === 0x1b);

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
 * How much a UTF-16 code unit speaks for the byte order: ASCII most, as the other order makes Chinese characters of it.
 */
const weight = (unit: number): number => {
  if (unit < 0x7f) return 2;
  const isUsual =
    (unit >= 0xac00 && unit <= 0xd7a3) || // Hangul
    (unit >= 0x3000 && unit <= 0x30ff) || // East Asian punctuation, kana
    (unit >= 0x4e00 && unit <= 0x9fff) || // Chinese characters
    (unit >= 0xa0 && unit <= 0x6ff) || // Latin to Arabic
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

/** UTF-16 without a mark: its spaces, digits and line ends have zero bytes, which no other text has. */
const byZeroBytes = (bytes: Uint8Array): UnicodeMark | null => {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (bytes.length % 2 !== 0 || !sample.includes(0)) return null;
  const little = weightAs(sample, "utf-16le");
  const big = weightAs(sample, "utf-16be");
  if (Math.max(little, big) < MIN_WEIGHT) return null;
  return { encoding: little >= big ? "utf-16le" : "utf-16be", bomBytes: 0 };
};

/** The Unicode encoding that a byte order mark or the pattern of zero bytes tells, or null where neither does. */
export function unicodeMark(bytes: Uint8Array): UnicodeMark | null {
  return byMark(bytes) ?? byZeroBytes(bytes);
}
