import { randomBytes } from "node:crypto";
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, unlinkSync } from "node:fs";
import { open, rename, rm, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A run of an object's bytes: in memory, or a file that is named by an id, never by a key. */
export type Segment =
  | { readonly size: number; readonly bytes: Buffer }
  | { readonly size: number; readonly file: string };

/** Writes one segment, whose size need not be known. */
export interface SegmentWriter {
  /** Takes bytes. What gives them waits for `flush` before it gives more. */
  readonly add: (bytes: Buffer) => void;
  /** Null where nothing has to be waited for. */
  readonly flush: () => Promise<void> | null;
  readonly finish: () => Promise<Segment>;
  /** Gives up what was written. Harmless after `finish`. */
  readonly abort: () => Promise<void>;
}

/** Bytes of objects: small ones in memory as long as there is room, others in files. */
export interface Segments {
  readonly writer: () => SegmentWriter;
  /** The bytes from `start` to before `end`, in pieces; a segment that is being read outlives its removal. */
  readonly read: (content: readonly Segment[], start: number, end: number) => AsyncIterable<Buffer>;
  /** Counts segments of an earlier run. */
  readonly adopt: (content: readonly Segment[]) => void;
  /** Forgets segments; their files go when the storage no longer names them. */
  readonly remove: (content: readonly Segment[]) => void;
  /** Removes files that nothing names, which a kill leaves behind. Returns the names in `known` that have no file. */
  readonly clean: (known: ReadonlySet<string>) => ReadonlySet<string>;
  /** Removes what a run without a data directory has written. */
  readonly close: () => void;
}

export interface SegmentsOptions {
  /** Where files are kept. Default: a temporary directory, which goes with `close`. */
  readonly directory: string | undefined;
  /** Bytes up to which a segment stays in memory. */
  readonly smallBytes: number;
  /** Bytes of all segments in memory; when they are reached, small ones become files too. */
  readonly memoryBytes: number;
  /** Resolves when the storage has written what it was told. */
  readonly written: () => Promise<void>;
}

/** In the name of a file that is still being written. */
const PARTIAL = ".partial";

/** Keeps bytes as the options say. */
export function createSegments(options: SegmentsOptions): Segments {
  let directory = options.directory;
  if (directory !== undefined) mkdirSync(directory, { recursive: true });
  let inMemory = 0;
  const readers = new Map<string, number>();
  const doomed = new Set<string>();

  const pathOf = (file: string): string => {
    directory ??= mkdtempSync(join(tmpdir(), "embedded-s3-"));
    return join(directory, file);
  };

  const unlinkUnread = (file: string): void => {
    if (readers.has(file)) return void doomed.add(file);
    void unlink(pathOf(file)).catch(() => {});
  };

  const writer = (): SegmentWriter =>
    createWriter({
      pathOf,
      isSmall: (bytes) => bytes <= options.smallBytes && inMemory + bytes <= options.memoryBytes,
      kept: (bytes) => void (inMemory += bytes),
    });

  const release = (file: string): void => {
    const left = (readers.get(file) ?? 1) - 1;
    if (left > 0) return void readers.set(file, left);
    readers.delete(file);
    if (doomed.delete(file)) unlinkUnread(file);
  };

  async function* read(content: readonly Segment[], start: number, end: number): AsyncGenerator<Buffer> {
    const files = content.flatMap((segment) => ("file" in segment ? [segment.file] : []));
    for (const file of files) readers.set(file, (readers.get(file) ?? 0) + 1);
    try {
      let offset = 0;
      for (const segment of content) {
        const from = Math.max(start - offset, 0);
        const to = Math.min(end - offset, segment.size);
        offset += segment.size;
        if (from >= to) continue;
        if ("bytes" in segment) yield segment.bytes.subarray(from, to);
        else yield* createReadStream(pathOf(segment.file), { start: from, end: to - 1, highWaterMark: READ_BYTES });
      }
    } finally {
      for (const file of files) release(file);
    }
  }

  const adopt: Segments["adopt"] = (content) => {
    for (const segment of content) if ("bytes" in segment) inMemory += segment.size;
  };

  const remove: Segments["remove"] = (content) => {
    const files: string[] = [];
    for (const segment of content) {
      if ("bytes" in segment) inMemory -= segment.size;
      else files.push(segment.file);
    }
    // A record that was not yet overwritten on disk still names its files, and a kill would bring it back.
    if (files.length > 0) void options.written().then(() => files.forEach(unlinkUnread));
  };

  const clean: Segments["clean"] = (known) => {
    const missing = new Set(known);
    for (const file of directory === undefined ? [] : readdirSync(directory)) {
      if (!missing.delete(file)) unlinkSync(pathOf(file));
    }
    return missing;
  };

  const close = (): void => {
    if (options.directory === undefined && directory !== undefined) rmSync(directory, { recursive: true, force: true });
  };

  return { writer, read, adopt, remove, clean, close };
}

const READ_BYTES = 256 * 1024;
const WRITE_BYTES = 256 * 1024;

interface WriterOptions {
  readonly pathOf: (file: string) => string;
  readonly isSmall: (bytes: number) => boolean;
  /** Told of bytes that stay in memory. */
  readonly kept: (bytes: number) => void;
}

function createWriter({ pathOf, isSmall, kept }: WriterOptions): SegmentWriter {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let size = 0;
  let file: { readonly name: string; readonly handle: FileHandle } | null = null;

  const spill = async (): Promise<void> => {
    if (file === null) {
      const name = randomBytes(16).toString("hex");
      file = { name, handle: await open(pathOf(name + PARTIAL), "wx") };
    }
    const bytes = waiting;
    [waiting, waitingBytes] = [[], 0];
    await writeAll(file.handle, Buffer.concat(bytes));
  };

  return {
    add: (bytes) => {
      size += bytes.length;
      waitingBytes += bytes.length;
      waiting.push(bytes);
    },
    flush: () => {
      if (file === null ? isSmall(size) : waitingBytes < WRITE_BYTES) return null;
      return spill();
    },
    finish: async () => {
      if (file === null && isSmall(size)) {
        kept(size);
        // A copy of its own: pieces of the socket's 64 KB buffers would keep those alive.
        const bytes = Buffer.allocUnsafeSlow(size);
        let offset = 0;
        for (const piece of waiting) offset += piece.copy(bytes, offset);
        return { size, bytes };
      }
      await spill();
      if (file === null) throw new Error("A segment was spilled without a file.");
      const { name, handle } = file;
      await handle.close();
      await rename(pathOf(name + PARTIAL), pathOf(name));
      file = null;
      return { size, file: name };
    },
    abort: async () => {
      if (file === null) return;
      const { name, handle } = file;
      file = null;
      await handle.close();
      await rm(pathOf(name + PARTIAL), { force: true });
    },
  };
}

/** A write may take fewer bytes than it was given. */
async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length;) offset += (await handle.write(bytes, offset)).bytesWritten;
}
