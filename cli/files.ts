import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { CliError, EXIT } from "./errors.ts";

/** A path as the user means it: npm runs scripts in the project, and says where it was called. */
export function userPath(path: string, variables: NodeJS.ProcessEnv = process.env): string {
  const asScript = variables["npm_lifecycle_event"] === "celeriac";
  return resolve((asScript ? variables["INIT_CWD"] : undefined) ?? process.cwd(), path);
}

/** A file that the user named. @throws CliError */
export async function readUserFile(path: string): Promise<Buffer> {
  try {
    return await readFile(userPath(path));
  } catch (error) {
    throw new CliError(EXIT.usage, error instanceof Error ? error.message : String(error), [], { cause: error });
  }
}

/** The text of a file that the user named; `-` is stdin. @throws CliError */
export async function readUserText(path: string): Promise<string> {
  return path === "-" ? text(process.stdin) : (await readUserFile(path)).toString("utf8");
}
