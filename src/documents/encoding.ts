import { BrokenDocument } from "./errors.ts";
import { decodeAs, guessEncoding } from "./guess.ts";
import { unicodeMark } from "./unicode.ts";

/** Bytes as text. */
export interface DecodedText {
  readonly text: string;
  /** The WHATWG name of the encoding, such as `utf-8`, `euc-kr` (which includes windows-949) or `shift_jis`. */
  readonly encoding: string;
  readonly warnings: readonly string[];
}

/** What is known of a text besides its bytes. */
export interface DecodeOptions {
  /** For messages. @default none */
  readonly filename?: string | undefined;
  /** Its `charset` is believed if the bytes fit. @default none */
  readonly contentType?: string | null | undefined;
  /** Look for a `<meta charset>`. @default false */
  readonly html?: boolean | undefined;
}

/** Where HTML must declare its encoding (the standard says 1,024 bytes; real pages put it after their scripts). */
const META_WITHIN = 4096;

/** What a guess is made from: chardet takes 20 ms for it, 1 s for 4 MB. */
const GUESS_BYTES = 64 * 1024;

/** UTF-8 with one damaged character in 20 is still UTF-8: other encodings have no valid sequences to speak of. */
const MAX_UTF8_DAMAGE = 0.05;

/** The declared encodings that say nothing: what servers and editors write without looking. */
const DEFAULT_DECLARATIONS = new Set(["windows-1252", "utf-8", "utf-16le", "utf-16be"]);

/** What switches ISO-2022-JP to its two-byte letters. */
const KANJI_ESCAPES = ["\u001B$B", "\u001B$@"];

const knownEncoding = (label: string | undefined): string | null => {
  try {
    return label === undefined ? null : new TextDecoder(label).encoding;
  } catch {
    return null;
  }
};

const metaCharset = (bytes: Uint8Array): string | undefined => {
  const head = new TextDecoder("windows-1252").decode(bytes.subarray(0, META_WITHIN));
  return /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/iu.exec(head)?.[1];
};

/**
 * The declared encoding, unless it is one that says nothing: the content type's before the document's own, as browsers
 * do.
 */
const declaredEncoding = (bytes: Uint8Array, options: DecodeOptions): string | null => {
  const fromHeader = /;\s*charset\s*=\s*["']?\s*([\w:-]+)/iu.exec(options.contentType ?? "")?.[1];
  const fromMeta = options.html === true ? metaCharset(bytes) : undefined;
  const encodings = [fromHeader, fromMeta].map(knownEncoding);
  return encodings.find((encoding) => encoding !== null && !DEFAULT_DECLARATIONS.has(encoding)) ?? null;
};

const strictUtf8 = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
};

const damageWarning = (damaged: number, encoding: string): string =>
  `${damaged} ${damaged === 1 ? "place is" : "places are"} no valid ${encoding} and can't be read: the text has U+FFFD there.`;

/** UTF-8 with a little damage, such as a cut last character; null where the damage is too much to be UTF-8. */
const damagedUtf8 = (bytes: Uint8Array): DecodedText | null => {
  const text = new TextDecoder().decode(bytes);
  const damaged = text.match(/\uFFFD/gu)?.length ?? 0;
  const readable = text.match(/(?![\p{ASCII}\uFFFD])./gu)?.length ?? 0;
  const isCutAtEnd = damaged === 1 && text.endsWith("\uFFFD") && readable > 0;
  if (!isCutAtEnd && damaged > readable * MAX_UTF8_DAMAGE) return null;
  return { text, encoding: "utf-8", warnings: [damageWarning(damaged, "utf-8")] };
};

/**
 * From a line's start just before the first byte beyond ASCII: a table may have 100 KB of digits before its first name.
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

const decodeLegacy = async (bytes: Uint8Array, declared: string | null): Promise<DecodedText> => {
  if (declared !== null) {
    const { text, damaged } = decodeAs(declared, bytes);
    if (damaged === 0) return { text, encoding: declared, warnings: [] };
  }
  const { encoding, sure } = await guessEncoding(sampleOf(bytes));
  const { text, damaged } = decodeAs(encoding, bytes);
  const warnings = [
    ...(declared === null ? [] : [`The declared encoding ${declared} does not fit the bytes; read as ${encoding}.`]),
    ...(sure
      ? []
      : [`The encoding was guessed: ${encoding}. If the text looks wrong, save it as UTF-8 and send it again.`]),
    ...(damaged === 0 ? [] : [damageWarning(damaged, encoding)]),
  ];
  return { text, encoding, warnings };
};

/**
 * Decodes a text file: a byte order mark, UTF-16 by its zero bytes and valid UTF-8 decide; then the declared encoding
 * if the bytes fit it; then a guess. A guess that little speaks for, and damaged characters, are told in `warnings`.
 * @throws BrokenDocument UTF-32
 */
export async function decodeText(bytes: Uint8Array, options: DecodeOptions = {}): Promise<DecodedText> {
  const mark = unicodeMark(bytes);
  if (mark?.encoding === "utf-32") {
    throw new BrokenDocument(
      options.filename,
      "is UTF-32, which can't be read: expected UTF-8; save it as UTF-8 and send it again.",
    );
  }
  if (mark !== null && mark.encoding !== "utf-8") {
    const { text, damaged } = decodeAs(mark.encoding, bytes);
    return { text, encoding: mark.encoding, warnings: damaged === 0 ? [] : [damageWarning(damaged, mark.encoding)] };
  }
  // All of it is ASCII, so UTF-8 would take it too.
  if (KANJI_ESCAPES.some((escape) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(escape))) {
    return { text: decodeAs("iso-2022-jp", bytes).text, encoding: "iso-2022-jp", warnings: [] };
  }
  const utf8 = strictUtf8(bytes);
  if (utf8 !== null) return { text: utf8, encoding: "utf-8", warnings: [] };
  return damagedUtf8(bytes) ?? (await decodeLegacy(bytes, declaredEncoding(bytes, options)));
}
