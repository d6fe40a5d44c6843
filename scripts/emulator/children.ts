import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, dirname, join } from "node:path";

/** The project's folder. */
export const ROOT = join(import.meta.dirname, "..", "..");

/**
 * This process's variables, with the Node that runs it as the first that is found: CDK and emulators start `node` by
 * its name.
 */
function variables(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const path = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
  return { ...process.env, PATH: path, ...more };
}

/**
 * Runs a command to its end, its output among ours unless `quiet`, in the project's folder or in `cwd`.
 * @returns its exit code.
 */
export async function codeOf(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly quiet?: boolean; readonly cwd?: string } = {},
): Promise<number> {
  const stdio = options.quiet === true ? "ignore" : "inherit";
  const child = spawn(command, args, { cwd: options.cwd ?? ROOT, env: variables(options.env ?? {}), stdio });
  const [code]: unknown[] = await once(child, "close");
  return typeof code === "number" ? code : 1;
}

/** Runs a command to its end. @throws Error where it ends with another code than 0. */
export async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const code = await codeOf(command, args, { env });
  if (code !== 0) throw new Error(`${[command, ...args].join(" ")} ended with ${code}.`);
}

/** A server that was started, with all that it starts. */
export interface Server {
  /** Whether it still runs. */
  readonly alive: () => boolean;
  /** Ends it and all that it started. */
  readonly stop: () => Promise<void>;
}

/** Starts a server that writes its output to a file. It ends with this process at the latest. */
export async function startServer(
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly log: string },
): Promise<Server> {
  const log = await open(options.log, "w");
  const child = spawn(command, args, {
    env: variables(options.env),
    stdio: ["ignore", log.fd, log.fd],
    // A group of its own: the emulators' functions are processes of their own, which would outlive them.
    detached: true,
  });
  await once(child, "spawn");
  await log.close();
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  const last = (): void => endGroup(child, "SIGKILL");
  process.on("exit", last);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const stop = async (): Promise<void> => {
    const gone = alive() ? once(child, "exit") : Promise.resolve();
    endGroup(child, "SIGTERM");
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 10_000).unref())]);
    endGroup(child, "SIGKILL");
    process.off("exit", last);
  };
  return { alive, stop };
}

function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Waits until something answers at `url` with 200. @throws Error where the server ends before, or after `seconds`. */
export async function answers(url: string, server: Pick<Server, "alive">, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1_000;
  while (Date.now() < deadline && server.alive()) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Nothing answered at ${url} within ${seconds} s.`);
}

/** A port of this machine that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("This machine has no free port.");
  return address.port;
}
