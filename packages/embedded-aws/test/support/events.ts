import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { newDirectory } from "./run.ts";

/** A file to which functions of a test append one JSON value for each thing that happens to them. */
export interface Events<T> {
  /** The path; functions get it as an environment variable. */
  readonly file: string;
  readonly all: () => readonly T[];
}

/** Source text for a function: `record(value)` appends to the file in the variable EVENTS. */
export const RECORD = `import { appendFileSync } from "node:fs";
const record = (value) => appendFileSync(process.env.EVENTS, JSON.stringify(value) + "\\n");
`;

export function newEvents<T>(): Events<T> {
  const file = join(newDirectory(), "events.jsonl");
  return {
    file,
    all: () => {
      if (!existsSync(file)) return [];
      const lines = readFileSync(file, "utf8").split("\n");
      return lines.filter((line) => line !== "").map((line): T => JSON.parse(line));
    },
  };
}
