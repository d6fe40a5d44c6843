import { createCleaner, type WriteText } from "./cleaner.ts";
import { countDamage } from "./damage.ts";
import { decodePieces } from "./decoders.ts";
import { damageWarnings, findEncoding } from "./encoding.ts";
import { DocumentTooLarge, EmptyDocument } from "./errors.ts";
import { MAX_UNPACKED_BYTES } from "./limits.ts";
import type { DocumentType } from "./type.ts";

/** What is known of a document once it was read. */
export interface TextFacts {
  /** The encoding that a text file was read in, such as `utf-8` or `euc-kr`; null for pdf and docx. */
  readonly encoding: string | null;
  /** Of a pdf, else null. */
  readonly pages: number | null;
  /** Records of a csv, its header among them, else null. */
  readonly rows: number | null;
  /** What the reader should know: a guessed encoding, damaged characters, ragged rows, pages without text. */
  readonly warnings: readonly string[];
}

/** What a document says. */
export interface ExtractedText extends TextFacts {
  readonly text: string;
}

/** What is known besides the bytes. */
export interface ExtractOptions {
  /** For messages. @default none */
  readonly filename?: string;
  /** A `charset` in it is believed if the bytes fit. @default none */
  readonly contentType?: string | null;
  /** Ends the reading between pages or pieces; what is thrown then is its reason. @default none */
  readonly signal?: AbortSignal;
}

const NOTHING = { encoding: null, pages: null, rows: null };

/** Takes a text in, piece by piece, and gives what is known of it at the end. */
interface Reader {
  readonly push: (piece: string) => void;
  readonly end: () => { rows: number | null; warnings: readonly string[] };
}

/**
 * The readers are imported only once a document needs them, each with its library: pdf and docx are most of a
 * worker's code.
 */
const openReader = async (
  type: "txt" | "md" | "html" | "csv",
  write: WriteText,
  filename: string | undefined,
): Promise<Reader> => {
  if (type === "html") {
    const { openHtml } = await import("./html.ts");
    const page = await openHtml(write, filename);
    return {
      push: page.push,
      end: () => {
        page.end();
        return { rows: null, warnings: [] };
      },
    };
  }
  if (type === "csv") {
    const { openCsv } = await import("./csv.ts");
    return openCsv(write, filename);
  }
  return { push: write, end: () => ({ rows: null, warnings: [] }) };
};

/** Lets other work of the process run, such as the message that time is up. */
const pause = async (signal: AbortSignal | undefined): Promise<void> => {
  await new Promise(setImmediate);
  signal?.throwIfAborted();
};

const readTextFile = async (
  type: "txt" | "md" | "html" | "csv",
  bytes: Uint8Array,
  write: WriteText,
  { filename, contentType, signal }: ExtractOptions,
): Promise<TextFacts> => {
  const { encoding, warnings } = await findEncoding(bytes, { contentType, html: type === "html" });
  signal?.throwIfAborted();
  const reader = await openReader(type, write, filename);
  let damaged = 0;
  for (const piece of decodePieces(encoding, bytes)) {
    damaged += countDamage(piece);
    reader.push(piece);
    await pause(signal);
  }
  const { rows, warnings: found } = reader.end();
  return { ...NOTHING, encoding, rows, warnings: [...warnings, ...damageWarnings(damaged, encoding, bytes), ...found] };
};

const readAny = async (
  type: DocumentType,
  bytes: Uint8Array,
  write: WriteText,
  options: ExtractOptions,
): Promise<TextFacts> => {
  const { filename, signal } = options;
  switch (type) {
    case "pdf": {
      const { readPdf } = await import("./pdf.ts");
      return { ...NOTHING, ...(await readPdf(bytes, write, filename, signal)) };
    }
    case "docx": {
      const { readDocx } = await import("./docx.ts");
      return { ...NOTHING, warnings: await readDocx(bytes, write, filename, signal) };
    }
    default:
      return readTextFile(type, bytes, write, options);
  }
};

/**
 * Reads a document whose type is known (`documentType`) and writes its text piece by piece, so that no more than a
 * few pieces are in memory. `bytes` are not changed. NUL characters are left out.
 * @throws EmptyDocument no bytes
 * @throws EncryptedDocument a password is needed
 * @throws BrokenDocument damaged, or not of this type
 * @throws DocumentTooLarge over 50 MB, packed or unpacked, or over another limit of `limits.ts`
 */
export async function readText(
  type: DocumentType,
  bytes: Uint8Array,
  write: WriteText,
  options: ExtractOptions = {},
): Promise<TextFacts> {
  const { filename, signal } = options;
  signal?.throwIfAborted();
  if (bytes.length === 0) throw new EmptyDocument(filename, "is empty: got 0 bytes; send a file with content.");
  if (bytes.length > MAX_UNPACKED_BYTES) {
    throw new DocumentTooLarge(
      filename,
      `has ${bytes.length} bytes, the limit is ${MAX_UNPACKED_BYTES} (50 MB); split it.`,
    );
  }
  const cleaner = createCleaner(write);
  const facts = await readAny(type, bytes, cleaner.write, options);
  return { ...facts, warnings: [...facts.warnings, ...cleaner.warnings()] };
}

/** The text of a whole document at once. @throws what {@link readText} throws */
export async function extractText(
  type: DocumentType,
  bytes: Uint8Array,
  options: ExtractOptions = {},
): Promise<ExtractedText> {
  const parts: string[] = [];
  const facts = await readText(type, bytes, (piece) => parts.push(piece), options);
  return { text: parts.join(""), ...facts };
}
