import { spawn } from "node:child_process";
import { once } from "node:events";
import { join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** Where a file cannot be compiled. */
export interface Place {
  /** Relative to the project. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The line itself. */
  readonly text: string;
  /** What to write instead; null where the message says enough. */
  readonly todo: string | null;
}

/** Milliseconds after which the process is ended that only had to fail. */
const LONGEST_RUN = 20_000;

/** What Node, which only takes types out, does not compile, by what it says of it; and what to write instead. */
const INSTEAD: readonly (readonly [said: RegExp, instead: string])[] = [
  [/enum/, 'Write `const Color = { Red: "red" } as const` instead of an enum'],
  [/parameter property/, "Declare the field, and assign it in the constructor"],
  [/namespace|module declaration/, "Export what it holds from a file of its own"],
  [/import equals|export assignment/, "Write `import x from` and `export`"],
  [/does not provide an export/, "A type is imported with `import type`"],
];

/**
 * Where a file, or one that it imports, cannot be compiled; null where nobody tells.
 * @param file Relative to `root`.
 */
export async function placeOf(thrown: SyntaxError, root: string, file: string): Promise<Place | null> {
  const told = read(thrown.stack ?? "", thrown.message, root);
  if (told !== null) return told;
  // V8 keeps the place to itself until a process ends of it: so one does. Nothing can run in it.
  return read(await runAlone(join(root, file)), thrown.message, root);
}

/** Reads what Node prints: the file and the line, some code, and `^` below the place. */
function read(output: string, message: string, root: string): Place | null {
  const lines = output.split("\n");
  const [, file, number] = /^((?:file:\/\/)?\/.*):(\d+)$/.exec(lines[0] ?? "") ?? [];
  const caret = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  if (file === undefined || caret < 1) return null;
  const code = lines[caret - 1] ?? "";
  const path = relative(root, file.startsWith("file:") ? fileURLToPath(file) : file);
  const isDecorator = /^\s*(export\s+)?@\w/.test(code);
  const todo = isDecorator
    ? "Node runs no decorators: call a function that wraps it"
    : INSTEAD.find(([said]) => said.test(message))?.[1];
  return {
    path,
    line: Number(number),
    column: (lines[caret]?.indexOf("^") ?? 0) + 1,
    text: code.trim().slice(0, 200),
    todo: todo === undefined ? null : `${todo}.`,
  };
}

async function runAlone(file: string): Promise<string> {
  const child = spawn(process.execPath, [file], { stdio: ["ignore", "ignore", "pipe"], timeout: LONGEST_RUN });
  const [output] = await Promise.all([text(child.stderr), once(child, "close")]);
  return output;
}
