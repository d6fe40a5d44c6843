import { decodeText } from "./encoding.ts";
import { DocumentTooLarge, EmptyDocument } from "./errors.ts";
import { MAX_UNPACKED_BYTES } from "./limits.ts";
import type { DocumentType } from "./type.ts";

/** What a document says. */
export interface ExtractedText {
  readonly text: string;
  /** The encoding that a text file was read in, such as `utf-8` or `euc-kr`; null for pdf and docx. */
  readonly encoding: string | null;
  /** Of a pdf, else null. */
  readonly pages: number | null;
  /** Records of a csv, its header among them, else null. */
  readonly rows: number | null;
  /** What the reader should know: a guessed encoding, damaged characters, ragged rows, pages without text. */
  readonly warnings: readonly string[];
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

/**
 * The readers are imported only once a document needs them, each with its library: pdf and docx are most of a worker's
 * code.
 */
const readTextFile = async (
  type: "txt" | "md" | "html" | "csv",
  bytes: Uint8Array,
  options: ExtractOptions,
): Promise<ExtractedText> => {
  const { filename, contentType, signal } = options;
  const { text, encoding, warnings } = await decodeText(bytes, { filename, contentType, html: type === "html" });
  signal?.throwIfAborted();
  if (type === "html") {
    const { htmlToText } = await import("./html.ts");
    return { ...NOTHING, text: await htmlToText(text, filename), encoding, warnings };
  }
  if (type === "csv") {
    const { csvToText } = await import("./csv.ts");
    const table = await csvToText(text, filename);
    return { ...NOTHING, text: table.text, encoding, rows: table.rows, warnings: [...warnings, ...table.warnings] };
  }
  return { ...NOTHING, text, encoding, warnings };
};

/**
 * The text of a document whose type is known (`documentType`). `bytes` are not changed.
 * @throws EmptyDocument no bytes
 * @throws EncryptedDocument a password is needed
 * @throws BrokenDocument damaged, or not of this type
 * @throws DocumentTooLarge over 50 MB, packed or unpacked, or over another limit of `limits.ts`
 */
export async function extractText(
  type: DocumentType,
  bytes: Uint8Array,
  options: ExtractOptions = {},
): Promise<ExtractedText> {
  const { filename, signal } = options;
  signal?.throwIfAborted();
  if (bytes.length === 0) throw new EmptyDocument(filename, "is empty: got 0 bytes; send a file with content.");
  if (bytes.length > MAX_UNPACKED_BYTES) {
    throw new DocumentTooLarge(
      filename,
      `has ${bytes.length} bytes, the limit is ${MAX_UNPACKED_BYTES} (50 MB); split it.`,
    );
  }
  switch (type) {
    case "pdf": {
      const { pdfToText } = await import("./pdf.ts");
      return { ...NOTHING, ...(await pdfToText(bytes, filename, signal)) };
    }
    case "docx": {
      const { docxToText } = await import("./docx.ts");
      return { ...NOTHING, ...(await docxToText(bytes, filename, signal)) };
    }
    default:
      return readTextFile(type, bytes, options);
  }
}
