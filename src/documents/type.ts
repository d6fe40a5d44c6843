import { ContradictedDocument, EmptyDocument, EncryptedDocument, UnsupportedDocument } from "./errors.ts";
import { isStrayControl, unicodeMark } from "./unicode.ts";
import { mayBeUtf16Words } from "./utf16-shape.ts";

/** What can be read, by the usual extension. */
export const DOCUMENT_TYPES = ["txt", "md", "html", "csv", "pdf", "docx"] as const;

/** One of the six kinds of document. */
export type DocumentType = (typeof DOCUMENT_TYPES)[number];

const EXTENSIONS: ReadonlyMap<string, DocumentType> = new Map([
  ["txt", "txt"],
  ["text", "txt"],
  ["md", "md"],
  ["markdown", "md"],
  ["html", "html"],
  ["htm", "html"],
  ["csv", "csv"],
  ["tsv", "csv"],
  ["pdf", "pdf"],
  ["docx", "docx"],
]);

/** The types that a content type may stand for; the first one where the name has no extension. */
const CONTENT_TYPES: ReadonlyMap<string, readonly [DocumentType, ...DocumentType[]]> = new Map([
  ["text/plain", ["txt", "md", "csv", "html"]],
  ["text/markdown", ["md"]],
  ["text/x-markdown", ["md"]],
  ["text/html", ["html"]],
  ["application/xhtml+xml", ["html"]],
  ["text/csv", ["csv"]],
  ["application/csv", ["csv"]],
  ["text/tab-separated-values", ["csv"]],
  // Browsers on Windows with Excel send this for a .csv.
  ["application/vnd.ms-excel", ["csv"]],
  ["application/pdf", ["pdf"]],
  ["application/x-pdf", ["pdf"]],
  ["application/vnd.openxmlformats-officedocument.wordprocessingml.document", ["docx"]],
  ["application/zip", ["docx"]],
]);

/** Content types that say nothing; the last is what curl sends for `--data-binary`. */
const SAYS_NOTHING = new Set([
  "",
  "application/octet-stream",
  "binary/octet-stream",
  "application/x-www-form-urlencoded",
]);

/** Where a pdf's `%PDF-` must begin at the latest (readers accept mail headers before it). */
const PDF_MARK_WITHIN = 1024;

/** How much of a text is looked at for control characters, in bytes, from its first one that is no NUL on. */
const TEXT_SAMPLE_BYTES = 64 * 1024;

/** A NUL in so many may be damage; longer runs are the padding of logs and fixed blocks, and do not count. */
const PADDING_RUN = 16;
/** Up to this share of single NUL bytes it is a damaged text; programs and databases have more, or other controls. */
const MAX_NUL_SHARE = 0.3;

/** Binary data without zero bytes has about one control character in 10; a text has none. */
const MAX_STRAY_CONTROLS = 0.01;

/** The content type that a document of this type is stored with where its sender named none. */
export const contentTypeOf = (type: DocumentType): string =>
  [...CONTENT_TYPES].find(([, types]) => types[0] === type)?.[0] ?? "application/octet-stream";

const SUPPORTED = `expected one of ${DOCUMENT_TYPES.map((type) => `.${type}`).join(", ")}`;

const extensionOf = (filename: string): string | null => {
  const base = filename.split(/[/\\]/u).at(-1) ?? "";
  return /[^.]\.([^.\s]+)[.\s]*$/u.exec(base)?.[1]?.toLowerCase() ?? null;
};

const mediaTypeOf = (contentType: string | null): string =>
  (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";

/**
 * The type that name and content type agree on; the bytes are not looked at.
 * @throws UnsupportedDocument @throws ContradictedDocument
 */
export const claimedType = (filename: string, contentType: string | null): DocumentType => {
  const extension = extensionOf(filename);
  const named = extension === null ? null : EXTENSIONS.get(extension);
  if (named === undefined) {
    throw new UnsupportedDocument(
      filename,
      `has the extension .${extension}, which can't be read: ${SUPPORTED}; convert it to one of these.`,
    );
  }
  const mediaType = mediaTypeOf(contentType);
  const declared = CONTENT_TYPES.get(mediaType);
  if (named === null) {
    if (declared !== undefined) return declared[0];
    throw new UnsupportedDocument(
      filename,
      `has no extension and the content type "${mediaType}": ${SUPPORTED}, or a content type of these; add one.`,
    );
  }
  if (SAYS_NOTHING.has(mediaType) || declared?.includes(named) === true) return named;
  throw new ContradictedDocument(
    filename,
    `is a ${named} by its name, but its content type says ${mediaType}; send one that fits, or application/octet-stream.`,
  );
};

/**
 * Whether bytes without the pattern of UTF-16 and UTF-32 are no text: other controls, or more NUL bytes than damage
 * makes.
 */
const isBinary = (bytes: Uint8Array): boolean => {
  const start = bytes.findIndex((byte) => byte !== 0);
  if (start === -1) return bytes.length > 0;
  const sample = bytes.subarray(start, start + TEXT_SAMPLE_BYTES);
  let run = 0;
  let nuls = 0;
  let strays = 0;
  for (const byte of sample) {
    if (byte === 0) {
      run += 1;
      nuls += run === PADDING_RUN ? 1 - PADDING_RUN : run < PADDING_RUN ? 1 : 0;
      continue;
    }
    run = 0;
    if (isStrayControl(byte)) strays += 1;
  }
  return strays > sample.length * MAX_STRAY_CONTROLS || nuls > sample.length * MAX_NUL_SHARE;
};

const RTF_MARK = "{\\rtf";

/**
 * The format that the bytes have by their mark, or null. Loaded only when needed: the other routes of an API function
 * then start without it.
 */
const formatOf = async (bytes: Uint8Array): Promise<string | null> => {
  if (startsWith(bytes, RTF_MARK)) return "application/rtf";
  const { fileTypeFromBuffer } = await import("file-type");
  return (await fileTypeFromBuffer(bytes))?.mime ?? null;
};

/** What the bytes seem to be, for a message. */
const describe = async (bytes: Uint8Array): Promise<string> =>
  (await formatOf(bytes)) ?? (isBinary(bytes) ? "binary data of an unknown kind" : "text");

const contradiction = async (filename: string, type: DocumentType, bytes: Uint8Array): Promise<ContradictedDocument> =>
  new ContradictedDocument(
    filename,
    `should be a ${type}, but its bytes are ${await describe(bytes)}; send the right file, or name it for what it is.`,
  );

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const startsWith = (bytes: Uint8Array, mark: string): boolean =>
  bufferOf(bytes.subarray(0, mark.length)).equals(Buffer.from(mark));

/** By its mark, or by a first object and a catalogue where a damaged file lacks the mark: readers accept that. */
const isPdf = (bytes: Uint8Array): boolean => {
  const start = bufferOf(bytes.subarray(0, PDF_MARK_WITHIN));
  const hasObject = /^(?:\s|%[^\n\r]*[\n\r])*\d+\s+\d+\s+obj\b/u.test(start.toString("latin1"));
  return start.includes("%PDF-") || (hasObject && /\/Type\s*\/Catalog\b/u.test(bufferOf(bytes).toString("latin1")));
};

const isWordFormat = (format: string | undefined): boolean => /^(?:docx|docm|dotx|dotm)$/u.test(format ?? "");

const checkDocx = async (filename: string, bytes: Uint8Array): Promise<void> => {
  const { fileTypeFromBuffer } = await import("file-type");
  const found = (await fileTypeFromBuffer(bytes))?.ext;
  // A password makes Word wrap the file in an OLE container with a stream of this name, in UTF-16.
  if (found === "cfb" && bufferOf(bytes).includes("EncryptedPackage", 0, "utf16le")) {
    throw new EncryptedDocument(
      filename,
      "is protected with a password; remove it in Word (File, Info, Protect Document) and send the file again.",
    );
  }
  // A docx written as a stream is only a zip at first sight; every Office file has this entry.
  // A template (.dotx, .dotm) or a macro document that was renamed reads as any other.
  const isWord = isWordFormat(found) || (found === "zip" && bufferOf(bytes).includes("[Content_Types].xml"));
  if (!isWord) throw await contradiction(filename, "docx", bytes);
};

const checkText = async (
  filename: string,
  type: DocumentType,
  bytes: Uint8Array,
  isWords: (bytes: Uint8Array) => boolean,
): Promise<void> => {
  const mark = unicodeMark(bytes);
  if (mark !== null && mark.bomBytes === bytes.length) {
    throw new EmptyDocument(
      filename,
      "is empty: it has a byte order mark and nothing after it; send a file with text.",
    );
  }
  if (mark !== null && mark.encoding !== "utf-8") return;
  // NUL bytes may be damage, unless a format's mark says what they are: an archive of texts has little else that
  // speaks against it.
  const isOther = isBinary(bytes) || (bytes.includes(0) && (await formatOf(bytes)) !== null);
  if ((isOther && !isWords(bytes)) || startsWith(bytes, "%PDF-") || startsWith(bytes, RTF_MARK))
    throw await contradiction(filename, type, bytes);
};

/**
 * The type of a document by its name, content type and bytes, which must agree. A content type of `null`,
 * `application/octet-stream` or curl's default says nothing; `text/plain` fits every kind of text.
 * @param isWords whether bytes that look like none of a text are a few words in UTF-16. @default they may be
 * @throws UnsupportedDocument an extension or content type that is none of ours
 * @throws ContradictedDocument name, content type and bytes do not agree
 * @throws EmptyDocument no bytes
 * @throws EncryptedDocument a docx with a password
 */
export async function documentType(
  filename: string,
  contentType: string | null,
  bytes: Uint8Array,
  isWords: (bytes: Uint8Array) => boolean = mayBeUtf16Words,
): Promise<DocumentType> {
  const type = claimedType(filename, contentType);
  if (bytes.length === 0) throw new EmptyDocument(filename, "is empty: got 0 bytes; send a file with content.");
  if (type === "docx") await checkDocx(filename, bytes);
  else if (type !== "pdf") await checkText(filename, type, bytes, isWords);
  else if (!isPdf(bytes)) throw await contradiction(filename, type, bytes);
  return type;
}
