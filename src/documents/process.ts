import type { DocumentStore } from "../aws/document-store.ts";
import type { StoredDocument } from "../core/record/document.ts";
import { checkedType } from "./checked-type.ts";
import type { WriteText } from "./cleaner.ts";
import { createCounter } from "./counts.ts";
import { DocumentError } from "./errors.ts";
import { createSpool } from "./spool.ts";
import { readText, type TextFacts } from "./text.ts";

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
 * Reads a document from S3, takes its text out and stores it as the output of `taskId`. The text is never in memory
 * as a whole.
 * @throws DocumentError where it can't be read; then nothing is stored, and the document itself is removed.
 */
export async function processDocument(
  store: DocumentStore,
  document: StoredDocument,
  taskId: string,
  signal: AbortSignal,
): Promise<DocumentReport> {
  const bytes = await store.get(document.key);
  signal.throwIfAborted();
  const counter = createCounter();
  const spool = createSpool();
  try {
    const write: WriteText = (piece) => {
      counter.add(piece);
      spool.write(piece);
    };
    const { type, encoding, pages, rows, warnings } = await readOrRemove(store, document, bytes, write, signal);
    signal.throwIfAborted();
    const output = await store.putOutputFile(taskId, { path: spool.path, bytes: spool.end() });
    const { filename } = document;
    const { characters, words, lines, paragraphs } = counter.counts();
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
  } finally {
    spool.remove();
  }
}

/** What the document says; one that can't be read is removed, since nothing can be done with it. */
async function readOrRemove(
  store: DocumentStore,
  { key, filename, content_type: contentType }: StoredDocument,
  bytes: Uint8Array,
  write: WriteText,
  signal: AbortSignal,
): Promise<TextFacts & { readonly type: string }> {
  try {
    const type = await checkedType(filename, contentType, bytes);
    return { type, ...(await readText(type, bytes, write, { filename, contentType, signal })) };
  } catch (error) {
    if (error instanceof DocumentError) await store.remove(key);
    throw error;
  }
}
