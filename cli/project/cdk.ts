import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { delimiter, dirname, join } from "node:path";
import { CliError, EXIT } from "../errors.ts";

/**
 * Runs the CDK's command line, as the app in this folder has installed it, on this Node.
 * @returns its exit code
 * @throws CliError where it is not installed
 */
export async function runCdk(args: readonly string[]): Promise<number> {
  const cdk = spawn(process.execPath, [findCdk(), ...args], { stdio: "inherit", env: onThisNode() });
  // The terminal sends Ctrl-C to both; the CDK says how it ends.
  const keep = (): void => {};
  process.on("SIGINT", keep);
  const [code] = await once(cdk, "exit");
  process.off("SIGINT", keep);
  return typeof code === "number" ? code : 1;
}

/** What a command of the CDK prints; where it fails, that. */
export async function readCdk(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [findCdk(), ...args], { stdio: ["ignore", "pipe", "pipe"], env: onThisNode() });
  const [said, warned] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return said + warned;
}

/** The environment, with this Node as the first that is found: the app's command says `node`. */
function onThisNode(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: [dirname(process.execPath), process.env["PATH"]].join(delimiter) };
}

function findCdk(): string {
  try {
    const manifest = createRequire(join(process.cwd(), "package.json")).resolve("aws-cdk/package.json");
    return join(dirname(manifest), "bin", "cdk");
  } catch (error) {
    throw new CliError(EXIT.usage, 'The CDK is not installed here. Run "npm install --save-dev aws-cdk@2".', [], {
      cause: error,
    });
  }
}
