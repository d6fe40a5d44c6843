import { type DocumentType, documentType } from "./type.ts";
import { utf16Words } from "./utf16-words.ts";

/**
 * The type of a document, as {@link documentType} has it, and whether a few words are text at all by the letters that
 * languages have.
 */
export function checkedType(filename: string, contentType: string | null, bytes: Uint8Array): Promise<DocumentType> {
  return documentType(filename, contentType, bytes, (words) => utf16Words(words) !== null);
}
