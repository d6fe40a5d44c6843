import { crc32 } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { BrokenDocument, DocumentError, DocumentTooLarge, EncryptedDocument } from "./errors.ts";
import { MAX_COMPRESSION_RATIO, MAX_UNPACKED_BYTES, MAX_ZIP_ENTRIES, RATIO_FLOOR_BYTES } from "./limits.ts";

/** What to unpack, and how to tell of it. */
export interface UnzipOptions {
  /** For messages. */
  readonly filename: string | undefined;
  /** The entries to return; the others are unpacked too, but only counted. */
  readonly wanted: (name: string) => boolean;
  /** Ends it between two pieces of an entry. */
  readonly signal: AbortSignal | undefined;
}

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MB`;

/** Unpacks one entry; `total` has what was unpacked before. The sizes in the headers are not believed: they may lie. */
const unpack = async (zip: ZipFile, entry: Entry, total: number, options: UnzipOptions): Promise<Buffer> => {
  const stream = await zip.openReadStreamPromise(entry);
  const chunks: Buffer[] = [];
  const keep = options.wanted(entry.fileName);
  let size = 0;
  for await (const chunk of stream) {
    options.signal?.throwIfAborted();
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (total + size > MAX_UNPACKED_BYTES) {
      throw new DocumentTooLarge(
        options.filename,
        `unpacks to more than ${megabytes(MAX_UNPACKED_BYTES)}, the limit; split it, or take out embedded files and pictures.`,
      );
    }
    if (size > RATIO_FLOOR_BYTES && size > entry.compressedSize * MAX_COMPRESSION_RATIO) {
      throw new DocumentTooLarge(
        options.filename,
        `has an entry of more than ${megabytes(RATIO_FLOOR_BYTES)} that is packed over ${MAX_COMPRESSION_RATIO}:1, as only zip bombs are; save it in Word again.`,
      );
    }
    if (keep) chunks.push(bytes);
  }
  return Buffer.concat(chunks);
};

const encrypted = (filename: string | undefined): EncryptedDocument =>
  new EncryptedDocument(filename, "has encrypted entries; send it without a password.");

/** A damaged archive by the library's message, which may hold names out of it: they are not repeated. */
const broken = (error: unknown, filename: string | undefined): Error => {
  const message = error instanceof Error ? error.message : "";
  if (/strong encryption|encrypted/u.test(message)) return encrypted(filename);
  if (/relative path|absolute path|invalid characters/u.test(message)) {
    return new BrokenDocument(
      filename,
      'has an entry whose path leads out of the archive ("..", a drive or a root); it was not made by Word, save it there again.',
    );
  }
  if (/bytes in the stream/u.test(message)) {
    return new BrokenDocument(
      filename,
      "has an entry that unpacks to another size than it states, as zip bombs do; save it in Word again.",
    );
  }
  return new BrokenDocument(
    filename,
    "is damaged: its zip structure can't be read; expected a complete docx, send it again or save it in Word again.",
  );
};

const readEntries = async (zip: ZipFile, options: UnzipOptions): Promise<Map<string, Buffer>> => {
  if (zip.entryCount > MAX_ZIP_ENTRIES) {
    throw new DocumentTooLarge(
      options.filename,
      `has ${zip.entryCount} entries, the limit is ${MAX_ZIP_ENTRIES}; split it.`,
    );
  }
  const parts = new Map<string, Buffer>();
  const names = new Set<string>();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    if (names.has(entry.fileName)) {
      throw new BrokenDocument(
        options.filename,
        "has two entries of the same name; it was not made by Word, save it there again.",
      );
    }
    if (entry.isEncrypted()) throw encrypted(options.filename);
    const data = await unpack(zip, entry, total, options);
    total += entry.uncompressedSize;
    names.add(entry.fileName);
    if (!options.wanted(entry.fileName)) continue;
    if (crc32(data) !== entry.crc32) {
      throw new BrokenDocument(
        options.filename,
        "is damaged: the checksum of an entry is wrong; send it again or save it in Word again.",
      );
    }
    parts.set(entry.fileName, data);
  }
  return parts;
};

const END_RECORD = Buffer.from("PK\u0005\u0006");
const END_RECORD_BYTES = 22;

/**
 * The archive without what stands after its end record and comment: line breaks that a mail program or an editor has
 * added.
 */
const withoutTail = (bytes: Uint8Array): Buffer => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.lastIndexOf(END_RECORD);
  if (end === -1 || end + END_RECORD_BYTES > file.length) return file;
  return file.subarray(0, end + END_RECORD_BYTES + file.readUInt16LE(end + END_RECORD_BYTES - 2));
};

/**
 * Unpacks every entry within the limits and returns the wanted ones.
 * @throws DocumentTooLarge more than 50 MB unpacked, more than 10,000 entries, or a zip bomb's ratio
 * @throws EncryptedDocument an encrypted entry
 * @throws BrokenDocument damage, sizes that lie, two entries of one name, a path that leads out
 */
export async function unzip(bytes: Uint8Array, options: UnzipOptions): Promise<Map<string, Buffer>> {
  // The default export: bundled CommonJS has no named ones.
  const { default: yauzl } = await import("yauzl");
  try {
    const zip = await yauzl.fromBufferPromise(withoutTail(bytes));
    return await readEntries(zip, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof DocumentError ? error : broken(error, options.filename);
  }
}
