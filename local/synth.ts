import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { delimiter, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { ACCOUNT, REGION, assetsOf } from "embedded-aws";
import * as z from "zod";
import { fingerprintOf } from "./fingerprint.ts";

/** In the assembly's folder: the fingerprint of what it was made of. */
const FINGERPRINT = ".fingerprint";

const Context = z.record(z.string(), z.unknown());
const CdkJson = z.object({ app: z.string().min(1), context: Context.default({}) });

/** How the CDK app begins a line that warns. */
const WARNING = "Warning: ";

/** The warning of a module that the local run goes without, since Python or a package of it is missing. */
const LEFT_OUT = /^\S+\/ is left out: /;

/** Seconds that a synthesis may take, which takes some five: a loop in a module must not hold up all edits. */
const LONGEST = 180;

/**
 * Synthesizes the local stage's cloud assembly, unless that of an earlier run was made of the same: to synthesize is
 * most of a start.
 * @param root directory of the project
 * @param outdir where the assembly goes
 * @param signal ends it early; then it rejects with an AbortError
 * @returns its warnings, a line each
 * @throws Error in one line, with the first error that the CDK app printed
 */
export async function synthesize(root: string, outdir: string, signal: AbortSignal): Promise<readonly string[]> {
  const file = join(outdir, FINGERPRINT);
  // Before the synthesis: what changes while it runs is found the next time.
  const fingerprint = fingerprintOf(root, process.env);
  const earlier = isWhole(outdir) ? Made.safeParse(JSON.parse(readFileSync(file, "utf8"))).data : undefined;
  // What is installed for Python shows in no file of the project.
  const isWithoutPython = earlier?.warnings.some((line) => LEFT_OUT.test(line)) === true;
  if (earlier?.fingerprint === fingerprint && !isWithoutPython) return earlier.warnings;
  rmSync(file, { force: true });
  const warnings = await runApp(root, outdir, givenContext(), signal);
  writeFileSync(file, JSON.stringify({ fingerprint, warnings } satisfies Made));
  return warnings;
}

/** Of what an assembly was made, and what its author was told. */
const Made = z.object({ fingerprint: z.string(), warnings: z.array(z.string()) });

type Made = z.output<typeof Made>;

/** Whether a synthesis has written all of an assembly, and nobody has taken away from it. */
function isWhole(outdir: string): boolean {
  if (!existsSync(join(outdir, FINGERPRINT)) || !existsSync(join(outdir, "manifest.json"))) return false;
  return [...assetsOf(outdir)].every((path) => existsSync(join(outdir, path)));
}

/**
 * Runs the command that cdk.json calls `app`, for the stage `local`: in a process of its own, so that it always sees
 * the code as it is now.
 * @param given context over that of cdk.json
 * @returns its warnings, a line each
 * @throws Error in one line, with the first error that the CDK app printed; an AbortError by `signal`
 */
export async function runApp(
  root: string,
  outdir: string,
  given: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<string[]> {
  const { app, context } = readCdkJson(root);
  const [file, ...args] = commandOf(app);
  const child = spawn(file, args, {
    cwd: root,
    shell: args.length === 0,
    env: {
      ...process.env,
      // The app's command says `node`, and means this one.
      PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter),
      // As the CDK's command line gives it to apps, before what the caller says.
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...given }),
      CELERIAC_STAGE: "local",
      CDK_OUTDIR: outdir,
      CDK_DEFAULT_ACCOUNT: ACCOUNT,
      CDK_DEFAULT_REGION: REGION,
      // The CDK is large: compiling it takes a tenth of the time.
      NODE_COMPILE_CACHE: join(root, ".celeriac", "cache"),
      NO_COLOR: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    timeout: LONGEST * 1000,
    killSignal: "SIGKILL",
  });
  const [[code], stdout, stderr] = await Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
  if (child.killed && !signal.aborted)
    throw new Error(
      `The stacks can't be synthesized: it has not ended after ${LONGEST} s. Is there a loop at the top level of a module?`,
    );
  if (code !== 0) throw new Error(`The stacks can't be synthesized: ${firstError(`${stdout}\n${stderr}`, root)}`);
  return stderr.split("\n").flatMap((line) => (line.startsWith(WARNING) ? [line.slice(WARNING.length)] : []));
}

/** Words that no shell reads otherwise than they stand there. */
const PLAIN = /^[\w@%+=:,./\\-]+( +[\w@%+=:,./\\-]+)+$/;

/** A plain command is started without a shell, so that nothing of it is left when it is ended early. */
function commandOf(app: string): [string, ...string[]] {
  const [first = app, ...args] = PLAIN.test(app) ? app.split(/ +/) : [app];
  return [first === "node" ? process.execPath : first, ...args];
}

function readCdkJson(root: string): z.output<typeof CdkJson> {
  const file = join(root, "cdk.json");
  try {
    return CdkJson.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (missing) {
      throw new Error(
        `There is no cdk.json in ${root}: run this where your app is, or make one with "npx celeriac init".`,
        { cause: error },
      );
    }
    const why = error instanceof z.ZodError ? 'it needs {"app": "node bin/app.ts"}' : "it is no JSON";
    throw new Error(`${file} cannot be used: ${why}.`, { cause: error });
  }
}

function givenContext(): z.output<typeof Context> {
  return Context.parse(JSON.parse(process.env["CDK_CONTEXT_JSON"] ?? "{}"));
}

/** Where Node.js says which line it could not compile: `file:///project/src/a.ts:3`. */
const LOCATION = /^(file:\/\/\S+|\/\S+):(\d+)$/;

/** The error itself: `TypeError: ...`, `Error [CODE]: ...`, CDK's `[«DependencyCycle» ...`, `✘ [ERROR] ...`. */
const ERROR = /^\s*(?:Uncaught )?(?:\[?«|✘|[A-Z]\w*(?:Error|Exception)\b|Error\b|error:)/;

/**
 * The first meaningful line of what a failing Node.js process printed, with the place in the project if it tells one.
 * Where nothing looks like a stack trace, the app has said in its last line what is wrong.
 */
export function firstError(output: string, root: string): string {
  const lines = output.split("\n").map((line) => line.trimEnd());
  const at = lines.findIndex((line) => ERROR.test(line));
  if (at < 0) return lines.findLast((line) => line.trim() !== "") ?? "it printed nothing.";
  // "Build failed with 1 error:" says nothing without the line after it.
  const headline = lines[at]?.trim() ?? "";
  const message = headline.endsWith(":") ? `${headline} ${lines[at + 1]?.trim() ?? ""}` : headline;
  const place = placeBefore(lines.slice(0, at), root) ?? frameAfter(lines.slice(at + 1), root);
  return place === undefined || message.includes(place) ? message : `${place}: ${message}`;
}

function placeBefore(lines: readonly string[], root: string): string | undefined {
  for (const line of lines.toReversed()) {
    const [, file, number] = LOCATION.exec(line) ?? [];
    if (file !== undefined) return within(file, root, `:${number}`);
  }
  return undefined;
}

function frameAfter(lines: readonly string[], root: string): string | undefined {
  for (const line of lines) {
    const [, file, position] = /^\s+at .*?((?:file:\/\/)?\/[^\s()]+?):(\d+)(?::\d+)?\)?$/.exec(line) ?? [];
    const place = file === undefined ? undefined : within(file, root, `:${position}`);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** The path relative to the project; undefined for one outside of it or among its packages. */
function within(file: string, root: string, suffix: string): string | undefined {
  const path = relative(root, file.startsWith("file:") ? fileURLToPath(file) : file);
  return path.startsWith("..") || path.startsWith("node_modules") ? undefined : `${path}${suffix}`;
}
