import { safeFilename } from "./names.ts";

/**
 * A document that is refused or can't be read. The message names the file, what was found, what was expected and what
 * to do; it never holds any of the document's content. `name` becomes the type of the task's error.
 */
export abstract class DocumentError extends Error {
  abstract override readonly name: string;
  /** A stable code for programs, such as `document_encrypted`. */
  abstract readonly code: string;
  /** The file's name as it was shown, or null where none was given. */
  readonly filename: string | null;

  /** @param problem the rest of the sentence that starts with the file's name */
  constructor(filename: string | null | undefined, problem: string) {
    const shown = filename === null || filename === undefined ? null : safeFilename(filename);
    super(`${shown === null ? "The document" : `Document "${shown}"`} ${problem}`);
    this.filename = shown;
  }
}

/** Neither the extension nor the content type is one of the six types. */
export class UnsupportedDocument extends DocumentError {
  override readonly name = "UnsupportedDocument";
  readonly code = "document_unsupported";
}

/** The extension, the content type and the bytes do not agree. */
export class ContradictedDocument extends DocumentError {
  override readonly name = "ContradictedDocument";
  readonly code = "document_contradicted";
}

/** There are no bytes, or none but a byte order mark. */
export class EmptyDocument extends DocumentError {
  override readonly name = "EmptyDocument";
  readonly code = "document_empty";
}

/** A password is needed to read it. */
export class EncryptedDocument extends DocumentError {
  override readonly name = "EncryptedDocument";
  readonly code = "document_encrypted";
}

/** The bytes are of the right kind but damaged, or built to mislead. */
export class BrokenDocument extends DocumentError {
  override readonly name = "BrokenDocument";
  readonly code = "document_broken";
}

/** It is over a limit, or unpacks to more than one. */
export class DocumentTooLarge extends DocumentError {
  override readonly name = "DocumentTooLarge";
  readonly code = "document_too_large";
}
