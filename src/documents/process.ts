import type { DocumentStore } from "../aws/document-store.ts";
import type { StoredDocument } from "../core/record/document.ts";
import { countText } from "./counts.ts";
import { DocumentError } from "./errors.ts";
import { type ExtractedText, extractText } from "./text.ts";
import { documentType } from "./type.ts";

/**
 * What `documents.process` returns: what the document is, how much text it has, and the name of the output with the
 * text.
 */
export interface DocumentReport {
  readonly filename: string;
  readonly type: string;
  readonly bytes: number;
  readonly encoding: string | null;
  readonly pages: number | null;
  readonly rows: number | null;
  readonly characters: number;
  readonly words: number;
  readonly lines: number;
  readonly paragraphs: number;
  readonly warnings: readonly string[];
  readonly output: string;
}

/**
 * Reads a document from S3, takes its text out and stores it as the output of `taskId`.
 * @throws DocumentError where it cannot be read; then nothing is stored, and the document itself is removed.
 */
export async function processDocument(
  store: DocumentStore,
  document: StoredDocument,
  taskId: string,
  signal: AbortSignal,
): Promise<DocumentReport> {
  const { filename } = document;
  const bytes = await store.get(document.key);
  signal.throwIfAborted();
  const { type, text, encoding, pages, rows, warnings } = await readOrRemove(store, document, bytes, signal);
  signal.throwIfAborted();
  const { characters, words, lines, paragraphs } = countText(text);
  const output = await store.putOutput(taskId, text);
  return {
    filename,
    type,
    bytes: bytes.length,
    encoding,
    pages,
    rows,
    characters,
    words,
    lines,
    paragraphs,
    warnings,
    output,
  };
}

/** What the document says; one that cannot be read is removed, since nothing can be done with it. */
async function readOrRemove(
  store: DocumentStore,
  { key, filename, content_type: contentType }: StoredDocument,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<ExtractedText & { readonly type: string }> {
  try {
    const type = await documentType(filename, contentType, bytes);
    return { type, ...(await extractText(type, bytes, { filename, contentType, signal })) };
  } catch (error) {
    if (error instanceof DocumentError) await store.remove(key);
    throw error;
  }
}
