import { describe, expect, it } from "vitest";
import * as errors from "../../../src/documents/errors.ts";

const {
  BrokenDocument,
  ContradictedDocument,
  DocumentError,
  DocumentTooLarge,
  EmptyDocument,
  EncryptedDocument,
  UnsupportedDocument,
} = errors;

describe("DocumentError", () => {
  it.each([
    [UnsupportedDocument, "UnsupportedDocument", "document_unsupported"],
    [ContradictedDocument, "ContradictedDocument", "document_contradicted"],
    [EmptyDocument, "EmptyDocument", "document_empty"],
    [EncryptedDocument, "EncryptedDocument", "document_encrypted"],
    [BrokenDocument, "BrokenDocument", "document_broken"],
    [DocumentTooLarge, "DocumentTooLarge", "document_too_large"],
  ] as const)("%o has a name that survives a minifier, and a code", (Class, name, code) => {
    const error = new Class("a.txt", "is odd.");
    expect(error).toBeInstanceOf(DocumentError);
    expect(error).toMatchObject({ name, code, filename: "a.txt", message: 'Document "a.txt" is odd.' });
  });

  it("shows a file name only in its safe form, and does without one", () => {
    expect(new EmptyDocument("../a\r\nb.txt", "is empty.").message).toBe('Document "ab.txt" is empty.');
    expect(new EmptyDocument(undefined, "is empty.")).toMatchObject({
      filename: null,
      message: "The document is empty.",
    });
  });
});
