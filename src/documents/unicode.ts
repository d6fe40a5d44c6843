/** A Unicode encoding that the bytes themselves tell. */
export type UnicodeEncoding = "utf-8" | "utf-16le" | "utf-16be" | "utf-32";

/** What was seen: the encoding, and the length of the byte order mark (0 where there is none). */
export interface UnicodeMark {
  readonly encoding: UnicodeEncoding;
  readonly bomBytes: number;
}

/** Enough text to see whether its zero bytes come at every second place. */
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

/** Controls that no text has: all but tab, line feed, vertical tab, form feed, return, shift out and in, DOS end of file, escape. */
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

const readsAsText = (bytes: Uint8Array, encoding: "utf-16le" | "utf-16be"): boolean => {
  try {
    return strayControlShare(new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true })) === 0;
  } catch {
    return false;
  }
};

/** How many zero bytes one side must have for each on the other: `가` (U+AC00) and `一` (U+4E00) have theirs on the rarer side. */
const DOMINANCE = 3;

/** UTF-16 without a mark: spaces, digits and line ends have their zero byte on one side. No other text has zero bytes. */
const byZeroBytes = (bytes: Uint8Array): UnicodeMark | null => {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  if (bytes.length % 2 !== 0 || !sample.includes(0)) return null;
  let even = 0;
  let odd = 0;
  for (let index = 0; index < sample.length; index += 2) {
    if (sample[index] === 0) even += 1;
    if (sample[index + 1] === 0) odd += 1;
  }
  const encoding = odd > even ? "utf-16le" : "utf-16be";
  const oneSided = Math.max(even, odd) >= DOMINANCE * Math.min(even, odd);
  return oneSided && readsAsText(sample, encoding) ? { encoding, bomBytes: 0 } : null;
};

/** The Unicode encoding that a byte order mark or the pattern of zero bytes tells, or null where neither does. */
export function unicodeMark(bytes: Uint8Array): UnicodeMark | null {
  return byMark(bytes) ?? byZeroBytes(bytes);
}
