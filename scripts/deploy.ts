// Deploys a stage: `npm run deploy -- -c stage=prod`. Looks at the account first and stops where CloudFormation would;
// shows what rights change, keeps that in `.celeriac/rights-STAGE.txt`, and asks where there is somebody to ask.
// Without a terminal, as in a workflow, the approval is that of whoever let the workflow run (docs/operations.md).
//
// `--dry-run` ends before anything is deployed. Everything else goes to `cdk deploy`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { lookAt } from "./deploy/account.ts";
import { judge } from "./deploy/judge.ts";
import { type Needs, readNeeds } from "./deploy/needs.ts";

const ROOT = join(import.meta.dirname, "..");
const KEPT = join(ROOT, ".celeriac");

/** The arguments of the CDK that say what is deployed: they go to each of its commands. */
function contextOf(args: readonly string[]): string[] {
  const context: string[] = [];
  for (const [index, arg] of args.entries()) {
    if (arg === "-c" || arg === "--context") context.push(arg, args[index + 1] ?? "");
    else if (/^(-c|--context)=/.test(arg)) context.push(arg);
  }
  return context;
}

function stageOf(context: readonly string[]): string {
  const named = context.map((arg) => /^(?:(?:-c|--context)=)?stage=(.+)$/.exec(arg)?.[1]).find(Boolean);
  return named ?? process.env["CELERIAC_STAGE"] ?? "dev";
}

/** Runs a command of the CDK. @returns what it says, where that is kept; else it says it here. */
async function cdk(args: readonly string[], kept: "inherit" | "pipe" = "inherit"): Promise<string> {
  const child = spawn("cdk", args, { cwd: ROOT, stdio: ["inherit", kept, kept] });
  const closed = once(child, "close");
  const said = [child.stdout, child.stderr].map(async (stream) => (stream === null ? "" : text(stream)));
  const output = (await Promise.all(said)).join("");
  const [code]: unknown[] = await closed;
  if (code !== 0) throw new Error(`${output}cdk ${args[0]} ended with ${String(code)}.`);
  return output;
}

/** Prints what a look at the account has found. @returns whether the stage can be deployed. */
async function preflight(needs: Needs): Promise<{ readonly fits: boolean; readonly isFirst: boolean }> {
  const account = await lookAt(needs);
  const { errors, warnings, unknown } = judge(needs, account);
  for (const line of unknown) console.warn(`Could not be read: ${line}.`);
  for (const line of warnings) console.warn(`Warning: ${line}`);
  for (const line of errors) console.error(`Cannot be deployed: ${line}`);
  const isFirst = account.stacks !== null && needs.stacks.some((name) => !account.stacks?.has(name));
  return { fits: errors.length === 0, isFirst };
}

/** Shows what rights change, and keeps it: what is approved can be read later. */
async function showRights(stage: string, folder: string): Promise<void> {
  const rights = await cdk(["diff", "--all", "--security-only", "--app", folder], "pipe").catch(
    (error: unknown) => `The rights could not be compared: ${String(error)}`,
  );
  const file = join(KEPT, `rights-${stage}.txt`);
  await mkdir(KEPT, { recursive: true });
  await writeFile(file, rights);
  console.log(`${rights}\nThe rights that change are in ${file}.`);
}

async function main(): Promise<void> {
  const isDry = process.argv.includes("--dry-run");
  const args = process.argv.slice(2).filter((arg) => arg !== "--dry-run");
  const context = contextOf(args);
  const stage = stageOf(context);
  const folder = join(KEPT, `deploy-${stage}`);
  await rm(folder, { recursive: true, force: true });
  await cdk(["synth", "--all", "--quiet", "--output", folder, ...context]);
  const { fits, isFirst } = await preflight(await readNeeds(stage, folder));
  if (!fits) throw new Error("Nothing was deployed.");
  const isAsked = process.stdin.isTTY && !args.some((arg) => arg.startsWith("--require-approval"));
  if (!isAsked || isDry) await showRights(stage, folder);
  if (isDry) return;
  // What an earlier deployment left behind under a fixed name (a log group, a policy) is taken up again.
  const deploy = [
    "deploy",
    "--all",
    "--import-existing-resources",
    ...(isAsked ? [] : ["--require-approval", "never"]),
  ];
  if (isFirst) {
    // Nothing is protected from deletion until it has stood once: what fails is rolled back whole, and can be repeated.
    await cdk([...deploy, ...args, "-c", "first=true"]);
  }
  await cdk([...deploy, ...args]);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
