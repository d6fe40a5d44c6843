import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const BINARY = join(import.meta.dirname, "..", "..", "..", "cli", "celeriac.js");

/** How the command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command is given besides its arguments. */
export interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs the real binary against the API at `url`, without a terminal. */
export async function celeriac(
  url: string,
  args: readonly string[],
  { env = {}, stdin = "" }: Given = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [BINARY, ...args], {
    env: { PATH: process.env["PATH"] ?? "", HOME: "/nowhere", CELERIAC_URL: url, ...env },
  });
  child.stdin.end(stdin);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: typeof code === "number" ? code : null, stdout, stderr };
}
