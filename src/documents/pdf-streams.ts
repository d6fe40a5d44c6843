import { constants, createInflate, inflateSync } from "node:zlib";
import { DocumentTooLarge } from "./errors.ts";
import { MAX_COMPRESSION_RATIO, MAX_UNPACKED_BYTES } from "./limits.ts";

const START = Buffer.from("stream");
const END = Buffer.from("endstream");

/**
 * A stream's dictionary comes just before it; longer ones exist, but name their subtype early or late in this reach.
 */
const DICTIONARY_BYTES = 1024;

const LINE_FEED = 0x0a;
const RETURN = 0x0d;

/** A zlib header: deflate with a window of 32 KB at most, and a check value. */
const isZlib = (data: Buffer): boolean => {
  const first = data[0] ?? 0;
  return (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + (data[1] ?? 0)) % 31 === 0;
};

interface PackedStream {
  readonly data: Buffer;
  readonly isImage: boolean;
}

/** Every Flate stream, found by the keywords: whatever the file's tables say, the reader may come to it. */
function* flateStreams(file: Buffer): Generator<PackedStream> {
  let at = file.indexOf(START);
  while (at !== -1) {
    let from = at + START.length;
    if (file[from] === RETURN) from += 1;
    if (file[from] === LINE_FEED) from += 1;
    const end = file.indexOf(END, from);
    const to = end === -1 ? file.length : end;
    const data = file.subarray(from, to);
    if (isZlib(data)) {
      const dictionary = file.subarray(Math.max(0, at - DICTIONARY_BYTES), at).toString("latin1");
      yield { data, isImage: /\/Subtype\s*\/Image/u.test(dictionary.slice(dictionary.lastIndexOf(" obj"))) };
    }
    at = end === -1 ? -1 : file.indexOf(START, to + END.length);
  }
}

/**
 * Streams up to so many packed bytes, which most are, are unpacked at once, if they unpack to no more than 1 MB: that
 * takes a tenth of the time.
 */
const SMALL_BYTES = 64 * 1024;
const SMALL_UNPACKED_BYTES = 1024 * 1024;

/** How much a small stream unpacks to; null where it is large, or damaged before its end. */
const smallSize = (data: Buffer): number | null => {
  if (data.length > SMALL_BYTES) return null;
  try {
    return inflateSync(data, { maxOutputLength: SMALL_UNPACKED_BYTES, finishFlush: constants.Z_SYNC_FLUSH }).length;
  } catch {
    return null;
  }
};

/** How much it unpacks to, counted no further than just past `limit`; damage ends the count, as it ends the reading. */
const unpackedSize = async (data: Buffer, limit: number, signal: AbortSignal | undefined): Promise<number> => {
  const inflate = createInflate();
  let size = 0;
  inflate.end(data);
  try {
    for await (const chunk of inflate) {
      const bytes: Buffer = chunk;
      size += bytes.length;
      if (size > limit) break;
      signal?.throwIfAborted();
    }
  } catch {
    signal?.throwIfAborted();
  }
  return size;
};

/**
 * Refuses a pdf bomb before the reader unpacks it: the reader keeps a whole stream in memory and knows no limit. All
 * streams together may unpack to 50 MB; pictures, which are not read for the text, to any size at less than 100:1.
 * @throws DocumentTooLarge more than that
 */
export async function checkPdfStreams(bytes: Uint8Array, filename?: string, signal?: AbortSignal): Promise<void> {
  let total = 0;
  for (const { data, isImage } of flateStreams(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) {
    const limit = isImage
      ? Math.max(MAX_UNPACKED_BYTES, data.length * MAX_COMPRESSION_RATIO)
      : MAX_UNPACKED_BYTES - total;
    const size = smallSize(data) ?? (await unpackedSize(data, limit, signal));
    if (size > limit) {
      throw new DocumentTooLarge(
        filename,
        `unpacks to more than ${MAX_UNPACKED_BYTES / 1024 / 1024} MB, the limit; split it, or print it to a new pdf.`,
      );
    }
    if (!isImage) total += size;
  }
}
