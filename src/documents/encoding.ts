import { isUtf8 } from "node:buffer";
import { countDamage } from "./damage.ts";
import { decodePieces, encodingName } from "./decoders.ts";
import { guessEncoding } from "./guess.ts";
import { unicodeMark } from "./unicode.ts";
import { utf16Words } from "./utf16-words.ts";

/** Bytes as text. */
export interface DecodedText {
  readonly text: string;
  /**
   * The name of the encoding, WHATWG's where it has one, such as `utf-8`, `euc-kr` (which includes windows-949) or
   * `shift_jis`.
   */
  readonly encoding: string;
  readonly warnings: readonly string[];
}

/** What is known of a text besides its bytes. */
export interface DecodeOptions {
  /** Its `charset` is believed if the bytes fit. @default none */
  readonly contentType?: string | null | undefined;
  /** Look for a `<meta charset>`. @default false */
  readonly html?: boolean | undefined;
}

/** How to read the bytes of a text. */
export interface FoundEncoding {
  readonly encoding: string;
  /** What is doubtful about it: a guess, or a declaration that does not fit. */
  readonly warnings: readonly string[];
}

/** Where HTML must declare its encoding (the standard says 1,024 bytes; real pages put it after their scripts). */
const META_WITHIN = 4096;

/** What a guess is made from: the detector takes 20 ms for it. */
const GUESS_BYTES = 64 * 1024;

/** UTF-8 with one damaged character in 20 is still UTF-8: other encodings have no valid sequences to speak of. */
const MAX_UTF8_DAMAGE = 0.05;

/** The declared encodings that say nothing: what servers and editors write without looking. */
const DEFAULT_DECLARATIONS = new Set(["windows-1252", "utf-8", "utf-16le", "utf-16be"]);

/** Bytes as characters of the same number, to look for what is written in ASCII. */
const asLatin = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

const metaCharset = (bytes: Uint8Array): string | undefined =>
  /<meta[^>]+charset\s*=\s*["']?\s*([\w:-]+)/iu.exec(asLatin(bytes.subarray(0, META_WITHIN)))?.[1];

/** What an XML declaration says, which must be the first thing in a file (XML 1.0, 2.8). */
const xmlEncoding = (bytes: Uint8Array): string | undefined =>
  /^\s*<\?xml[^>]*\sencoding\s*=\s*["']\s*([\w:.-]+)/u.exec(asLatin(bytes.subarray(0, 256)))?.[1];

/**
 * The declared encodings that are read here, the one to believe first: the content type's before the document's own,
 * as browsers do.
 */
const declaredEncodings = (bytes: Uint8Array, options: DecodeOptions): readonly string[] => {
  const fromHeader = /;\s*charset\s*=\s*["']?\s*([\w:.-]+)/iu.exec(options.contentType ?? "")?.[1];
  const fromMeta = options.html === true ? metaCharset(bytes) : undefined;
  const names = [fromHeader, xmlEncoding(bytes), fromMeta].map(encodingName);
  return names.filter((name) => name !== null);
};

const places = (count: number): string => (count === 1 ? "1 place is" : `${count} places are`);

/**
 * Says how much of a text could not be decoded. Valid UTF-8 has no damage: it may have U+FFFD and controls as
 * characters of its own.
 */
export function damageWarnings(damaged: number, encoding: string, bytes: Uint8Array): string[] {
  if (damaged === 0 || (encoding === "utf-8" && isUtf8(bytes))) return [];
  return [`${places(damaged)} no valid ${encoding} and can't be read: the text has U+FFFD there.`];
}

/** The damaged places of a text, and its characters beyond ASCII, counted without keeping it. */
const countAs = (encoding: string, bytes: Uint8Array): { damaged: number; readable: number; last: string } => {
  let damaged = 0;
  let readable = 0;
  let last = "";
  for (const piece of decodePieces(encoding, bytes)) {
    damaged += countDamage(piece);
    readable += piece.match(/(?![\p{ASCII}\uFFFD])./gu)?.length ?? 0;
    last = piece.slice(-1);
  }
  return { damaged, readable, last };
};

/** UTF-8 with a little damage, such as a cut last character; false where the damage is too much to be UTF-8. */
const isDamagedUtf8 = (bytes: Uint8Array): boolean => {
  const { damaged, readable, last } = countAs("utf-8", bytes);
  // One letter and a half may be by chance.
  const isCutAtEnd = damaged === 1 && last === "\uFFFD" && readable > 1;
  return isCutAtEnd || damaged <= readable * MAX_UTF8_DAMAGE;
};

/**
 * ISO-2022-JP or -KR: seven bits, with escapes to two-byte letters. A text that has such an escape by chance is not
 * valid as one.
 */
const escapedEncoding = (bytes: Uint8Array): string | null => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!buffer.includes("\u001B$") || buffer.some((byte) => byte >= 0x80)) return null;
  if (buffer.includes("\u001B$)C")) return countAs("iso-2022-kr", bytes).damaged === 0 ? "iso-2022-kr" : null;
  const { damaged, readable } = countAs("iso-2022-jp", bytes);
  return damaged === 0 && readable > 0 ? "iso-2022-jp" : null;
};

/**
 * From a line's start just before the first byte beyond ASCII: a table may have 100 KB of digits before its first
 * name.
 */
const sampleOf = (bytes: Uint8Array): Uint8Array => {
  const first = Math.max(
    bytes.findIndex((byte) => byte >= 0x80),
    0,
  );
  const start = bytes.lastIndexOf(0x0a, first) + 1;
  const from = first - start > GUESS_BYTES / 2 ? first : start;
  const end = Math.min(from + GUESS_BYTES, bytes.length);
  // A cut between two lines leaves no half character.
  const lastLine = end < bytes.length ? bytes.lastIndexOf(0x0a, end - 1) : -1;
  return bytes.subarray(from, lastLine > first ? lastLine : end);
};

const guessed = (encoding: string): string =>
  `The encoding was guessed: ${encoding}. If the text looks wrong, save it as UTF-8 and send it again.`;

/** A text in none of the encodings of Unicode: by its declaration if the bytes fit it, else by a guess. */
const legacyEncoding = async (bytes: Uint8Array, options: DecodeOptions): Promise<FoundEncoding> => {
  const declared = declaredEncodings(bytes, options);
  const fitting = declared.filter((encoding) => countAs(encoding, bytes).damaged === 0);
  const believed = fitting.find((encoding) => !DEFAULT_DECLARATIONS.has(encoding));
  if (believed !== undefined) return { encoding: believed, warnings: [] };
  const guess = await guessEncoding(sampleOf(bytes));
  // A default that fits, and that nothing speaks against, is the truth.
  const [usual] = fitting;
  if (usual !== undefined && (!guess.sure || guess.encoding === usual)) return { encoding: usual, warnings: [] };
  const refuted = declared.find((encoding) => !DEFAULT_DECLARATIONS.has(encoding));
  const { encoding, sure } = guess;
  return {
    encoding,
    warnings: [
      ...(refuted === undefined
        ? []
        : [`The declared encoding ${refuted} does not fit the bytes; read as ${encoding}.`]),
      ...(sure ? [] : [guessed(encoding)]),
    ],
  };
};

/**
 * The encoding of a text file. A byte order mark, UTF-16 and UTF-32 by the pattern of their bytes, valid ISO-2022 and
 * valid UTF-8 decide; then the declared encoding if the bytes fit it; then a guess. A guess that little speaks for is
 * told in `warnings`.
 */
export async function findEncoding(bytes: Uint8Array, options: DecodeOptions = {}): Promise<FoundEncoding> {
  const mark = unicodeMark(bytes);
  if (mark !== null && mark.encoding !== "utf-8") return { encoding: mark.encoding, warnings: [] };
  const words = utf16Words(bytes);
  if (words !== null) return { encoding: words, warnings: [guessed(words)] };
  const escaped = escapedEncoding(bytes);
  if (escaped !== null) return { encoding: escaped, warnings: [] };
  if (isUtf8(bytes) || isDamagedUtf8(bytes)) return { encoding: "utf-8", warnings: [] };
  return legacyEncoding(bytes, options);
}

/** Decodes a text file by {@link findEncoding}; damaged characters are told in `warnings`. */
export async function decodeText(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedText> {
  const { encoding, warnings } = await findEncoding(bytes, options);
  const text = [...decodePieces(encoding, bytes)].join("");
  return { text, encoding, warnings: [...warnings, ...damageWarnings(countDamage(text), encoding, bytes)] };
}
