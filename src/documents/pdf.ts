import type { getDocumentProxy } from "unpdf";
import { BrokenDocument, DocumentError, DocumentTooLarge, EncryptedDocument } from "./errors.ts";
import { MAX_PDF_PAGES, MAX_UNPACKED_BYTES } from "./limits.ts";
import { checkPdfStreams } from "./pdf-streams.ts";

/** The text of a PDF. */
export interface PdfText {
  /** Of all pages, with a blank line between two. */
  readonly text: string;
  readonly pages: number;
  readonly warnings: readonly string[];
}

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/** Where the end mark must be, in bytes from the end; some writers pad their files. */
const END_MARK_WITHIN = 2048;

const PADDING = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20]);

/** The reader repairs a cut file as far as it goes, and would so lose pages without a word. */
const isCut = (bytes: Uint8Array): boolean => {
  const end = bytes.findLastIndex((byte) => !PADDING.has(byte)) + 1;
  const from = Math.max(0, end - END_MARK_WITHIN);
  return !Buffer.from(bytes.buffer, bytes.byteOffset + from, end - from).includes("%%EOF");
};

/** Collects the character maps that the reader asks for: it has none of its own. */
const mapCollector = () => {
  const missing = new Set<string>();
  class MissingMaps {
    fetch({ kind, filename }: { kind: string; filename: string }): Promise<never> {
      if (kind === "cMapUrl") missing.add(filename.replace(/\.bcmap$/u, ""));
      return Promise.reject(new Error("This reader has no character maps."));
    }
  }
  return { missing, MissingMaps };
};

const pageText = async (pdf: Pdf, number: number, room: number, filename: string | undefined): Promise<string> => {
  const page = await pdf.getPage(number);
  let text = "";
  for await (const { items } of page.streamTextContent()) {
    for (const item of items) if ("str" in item) text += item.hasEOL ? `${item.str}\n` : item.str;
    if (text.length > room) {
      throw new DocumentTooLarge(
        filename,
        `has more than ${MAX_UNPACKED_BYTES} characters of text, the limit; split it.`,
      );
    }
  }
  page.cleanup();
  return text.trim();
};

const readPages = async (
  pdf: Pdf,
  filename: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string[]> => {
  if (pdf.numPages > MAX_PDF_PAGES) {
    throw new DocumentTooLarge(filename, `has ${pdf.numPages} pages, the limit is ${MAX_PDF_PAGES}; split it.`);
  }
  const pages: string[] = [];
  let room = MAX_UNPACKED_BYTES;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    signal?.throwIfAborted();
    const text = await pageText(pdf, number, room, filename);
    room -= text.length;
    pages.push(text);
  }
  return pages;
};

/** By the class of the reader's error; its message may hold pieces of the file. */
const refusal = (error: unknown, filename: string | undefined): Error => {
  if (error instanceof DocumentError) return error;
  const kind = error instanceof Error ? error.name : "error";
  if (kind === "PasswordException") {
    return new EncryptedDocument(filename, "is encrypted and needs a password; remove the password and send it again.");
  }
  return new BrokenDocument(
    filename,
    `is damaged and can't be read (${kind}); open it in a PDF viewer, print it to a new pdf and send that.`,
  );
};

const warningsOf = (text: string, missing: ReadonlySet<string>): string[] => {
  if (missing.size > 0) {
    return [
      `Text in fonts that are not embedded is missing: they need the character maps ${[...missing].join(", ")}. Print it to a new pdf with its fonts embedded.`,
    ];
  }
  return text === "" ? ["It has no text: if its pages are scanned, run a text recognition first."] : [];
};

/**
 * The text of a PDF, page by page in the order of its content. One that only restricts printing or copying (an owner
 * password) is read. Scripts in it are never run: this build of PDF.js has no evaluation at all.
 * @throws EncryptedDocument a password is needed
 * @throws BrokenDocument damaged or cut off
 * @throws DocumentTooLarge more than 2,000 pages, or unpacks to more than 50 MB
 */
export async function pdfToText(bytes: Uint8Array, filename?: string, signal?: AbortSignal): Promise<PdfText> {
  if (isCut(bytes)) {
    throw new BrokenDocument(filename, "is cut off: its end mark %%EOF is missing; send the complete file.");
  }
  await checkPdfStreams(bytes, filename, signal);
  const { getDocumentProxy } = await import("unpdf");
  const { missing, MissingMaps } = mapCollector();
  let pdf: Pdf | null = null;
  const stop = (): void => void pdf?.loadingTask.destroy();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    // The reader takes its input over, hence a copy. Errors only: its warnings quote the file into the log.
    pdf = await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      cMapUrl: "/",
      cMapPacked: true,
      useSystemFonts: false,
      useWorkerFetch: false,
      BinaryDataFactory: MissingMaps,
    });
    const pages = await readPages(pdf, filename, signal);
    const text = pages.join("\n\n").trim();
    return { text, pages: pages.length, warnings: warningsOf(text, missing) };
  } catch (error) {
    signal?.throwIfAborted();
    throw refusal(error, filename);
  } finally {
    signal?.removeEventListener("abort", stop);
    await pdf?.loadingTask.destroy();
  }
}
