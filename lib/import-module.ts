import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { DefinitionError } from "../src/core/errors.ts";
import { watchForLoop } from "./loop-watch.ts";
import { type Place, placeOf } from "./syntax-error.ts";

/** Seconds after which an import is ended that lets no timer run. */
const LATER = 1;

/** Seconds that the top level of a module and of what it imports may take: a thousand times what most do. */
const MAX_IMPORT = 30;

const TOP_LEVEL = " Task modules are imported at synth too, so their top level must run without a task's environment.";

/**
 * What a file exports. Its top level runs here: where that never ends, or ends the process, the file is named as well.
 * @param file Relative to `root`.
 * @param seconds that its top level may take. @default 30
 * @throws DefinitionError naming the file, and why it cannot be imported.
 */
export async function importModule(root: string, file: string, seconds = MAX_IMPORT): Promise<Record<string, unknown>> {
  const left = nameAtExit(file);
  // Later than the timer below, which says it better where it can.
  const calledOff = watchForLoop(`${file}: ${endless(seconds)}`, seconds + LATER);
  const limit = Promise.withResolvers<never>();
  // What waits for nothing at all lets the process end, which says so at once.
  const timer = setTimeout(() => limit.reject(new DefinitionError(endless(seconds))), seconds * 1000).unref();
  try {
    return { ...(await Promise.race([import(pathToFileURL(join(root, file)).href), limit.promise])) };
  } catch (thrown) {
    if (thrown instanceof DefinitionError) throw new DefinitionError(`${file}: ${thrown.message}`);
    throw new DefinitionError(await whyNot(root, file, thrown));
  } finally {
    clearTimeout(timer);
    calledOff();
    left();
  }
}

function endless(seconds: number): string {
  return `its top level has not ended after ${seconds} s: it loops, or an \`await\` there waits for what does not come. Do that in a task's run instead.`;
}

/** Says at the process's end, while it is due to an import, whose it was. @returns what ends that. */
function nameAtExit(file: string): () => void {
  const say = (code: number): void => {
    // Node's own code for an `await` at the top level that nothing can end any more.
    const why =
      code === 13
        ? "an `await` at its top level waits for what never comes"
        : `its top level ends the process (process.exit(${code}))`;
    process.stderr.write(`${file}: ${why}. Do that in a task's run instead.\n`);
    process.exitCode = 1;
  };
  process.once("exit", say);
  return () => void process.off("exit", say);
}

async function whyNot(root: string, file: string, thrown: unknown): Promise<string> {
  if (thrown instanceof SyntaxError) {
    const place = await placeOf(thrown, root, file);
    if (place !== null) return inFile(file, place, firstLine(thrown, root));
    return `${file} cannot be imported: ${firstLine(thrown, root)}.`;
  }
  if (thrown instanceof Error && "code" in thrown && thrown.code === "ERR_MODULE_NOT_FOUND")
    return `${file} cannot be imported: ${firstLine(thrown, root)}.`;
  const frame = userFrame(thrown, root);
  const at = frame === null ? "" : ` At ${frame}.`;
  return `${file} cannot be imported: ${firstLine(thrown, root)}.${at}${TOP_LEVEL}`;
}

function inFile(file: string, { path, line, column, text, todo }: Place, message: string): string {
  const through = path === file ? "" : `, which ${file} imports,`;
  return `${path}:${line}:${column}${through} cannot be compiled: ${message}. The line is: ${text}${todo === null ? "" : ` - ${todo}`}`;
}

/** The first line of the message that says something, after the error's class; files relative to the project. */
function firstLine(thrown: unknown, root: string): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const line = message.split("\n").find((text) => text.trim() !== "") ?? "no message";
  const name = thrown instanceof Error ? `${thrown.name}: ` : "";
  return `${name}${line.trim()}`
    .replaceAll(`${pathToFileURL(root).href}/`, "")
    .replaceAll(`${root}/`, "")
    .replace(/\.$/, "");
}

/** The folders whose code is not the user's, relative to the project. */
const NOT_THE_USERS = /^(\.\.|node_modules|src|lib|bin|packages)([/\\]|$)/;

/** Where in the user's own code it was thrown: `functions/tasks/math.ts:3:5`; null where that is not told. */
export function userFrame(thrown: unknown, root: string): string | null {
  const stack = thrown instanceof Error && typeof thrown.stack === "string" ? thrown.stack : "";
  for (const [, file = "", place = ""] of stack.matchAll(/^\s+at .*?((?:file:\/\/)?\/[^\s()]+?):(\d+:\d+)\)?$/gm)) {
    const path = relative(root, file.startsWith("file:") ? fileURLToPath(file) : file);
    if (!NOT_THE_USERS.test(path)) return `${path}:${place}`;
  }
  return null;
}
