import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CliError, EXIT } from "../errors.ts";
import { userCredentials } from "../../remote/stage.ts";
import { readCdk, runCdk } from "./cdk.ts";
import { lookAt } from "./deploy/account.ts";
import { judge } from "./deploy/judge.ts";
import { type Needs, readNeeds } from "./deploy/needs.ts";

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

/** Runs a command of the CDK. @throws CliError where it fails, which it has said itself */
async function cdk(args: readonly string[]): Promise<void> {
  const code = await runCdk(args);
  if (code !== 0) throw new CliError(EXIT.failed, `cdk ${args[0]} ended with ${code}.`);
}

/** The CDK bundles for a minute before it finds out that nobody is logged in. @throws CliError */
async function demandCredentials(): Promise<void> {
  try {
    await userCredentials()();
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new CliError(EXIT.failed, `There are no AWS credentials to deploy with: ${why}`, [
      "Log in (aws sso login --profile NAME), set AWS_PROFILE, or run the local stack with npm start.",
    ]);
  }
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
async function showRights(stage: string, kept: string, folder: string): Promise<void> {
  // By the templates: a change set would make each stack that is not there yet, only to look at it.
  const rights = await readCdk(["diff", "--security-only", "--method", "template", "--app", folder]);
  const file = join(kept, `rights-${stage}.txt`);
  await mkdir(kept, { recursive: true });
  await writeFile(file, rights);
  console.log(`${rights}\nThe rights that change are in ${file}.`);
}

/**
 * `celeriac deploy -c stage=prod`: looks at the account first, and stops where CloudFormation would; shows what
 * rights change, keeps that in `.celeriac/rights-STAGE.txt`, and asks where there is somebody to ask. Without a
 * terminal, as in a workflow, the approval is that of whoever let the workflow run (docs/operations.md). `--dry-run`
 * ends before anything is deployed.
 * @param given everything else goes to `cdk deploy`
 */
export async function deployCommand(given: readonly string[]): Promise<void> {
  await demandCredentials();
  const isDry = given.includes("--dry-run");
  const args = given.filter((arg) => arg !== "--dry-run");
  const context = contextOf(args);
  const stage = stageOf(context);
  const kept = join(process.cwd(), ".celeriac");
  const folder = join(kept, `deploy-${stage}`);
  await rm(folder, { recursive: true, force: true });
  await cdk(["synth", "--quiet", "--output", folder, ...context]);
  const { fits, isFirst } = await preflight(await readNeeds(stage, folder));
  if (!fits) throw new CliError(EXIT.failed, "Nothing was deployed.");
  const isAsked = process.stdin.isTTY && !args.some((arg) => arg.startsWith("--require-approval"));
  if (!isAsked || isDry) await showRights(stage, kept, folder);
  if (isDry) return;
  // What an earlier deployment left behind under a fixed name (a log group, a policy) is taken up again.
  const approval = isAsked ? [] : ["--require-approval", "never"];
  const deploy = ["deploy", "--all", "--import-existing-resources", ...approval];
  // Nothing is protected from deletion until it has stood once: what fails is rolled back whole, and can be repeated.
  if (isFirst) await cdk([...deploy, ...args, "-c", "first=true"]);
  // What was looked at is what is deployed.
  await cdk([...deploy, ...args, "--app", folder]);
}
