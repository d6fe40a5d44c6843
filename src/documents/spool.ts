import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Text that is collected in a file of this machine: a worker has 512 MB of disk and less memory to spare. */
export interface Spool {
  readonly path: string;
  readonly write: (text: string) => void;
  /** How many bytes of UTF-8 were written; nothing may be written afterwards. */
  readonly end: () => number;
  /** Removes the file. */
  readonly remove: () => void;
}

/** Text is written in pieces of about so many characters. */
const PIECE_CHARACTERS = 256 * 1024;

/** Creates an empty file that nobody else can read. */
export function createSpool(): Spool {
  const path = join(tmpdir(), `celeriac-${crypto.randomUUID()}`);
  const file = openSync(path, "wx", 0o600);
  let isOpen = true;
  let waiting: string[] = [];
  let characters = 0;
  let bytes = 0;
  const flush = (): void => {
    const data = Buffer.from(waiting.join(""));
    waiting = [];
    characters = 0;
    for (let at = 0; at < data.length;) at += writeSync(file, data, at);
    bytes += data.length;
  };
  const close = (): void => {
    if (isOpen) closeSync(file);
    isOpen = false;
  };
  return {
    path,
    write: (text) => {
      waiting.push(text);
      characters += text.length;
      if (characters >= PIECE_CHARACTERS) flush();
    },
    end: () => {
      flush();
      close();
      return bytes;
    },
    remove: () => {
      close();
      rmSync(path, { force: true });
    },
  };
}
