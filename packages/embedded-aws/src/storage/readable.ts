import type { Collection, Stored } from "./storage.ts";

/**
 * What of a collection can be read. A record that cannot, of another version or broken, is told of and left out: one of
 * thousands must not keep a run from starting. A file that is damaged as a whole is thrown.
 * @param name of the collection, for the line that tells. @param read throws for what it cannot read.
 * @param warn takes the line.
 */
export function* readable<Read>(
  name: string,
  collection: Collection,
  read: (value: Stored, key: string) => Read,
  warn: (line: string) => void = console.warn,
): Generator<readonly [key: string, record: Read]> {
  for (const [key, value] of collection.entries()) {
    let record: Read;
    try {
      record = read(value, key);
    } catch (error) {
      const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
      warn(`A record of ${name} cannot be read, and is left out: ${key.slice(0, 200)} (${reason})`);
      continue;
    }
    yield [key, record];
  }
}
