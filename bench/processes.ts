import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";

/** Milliseconds within which a process says that it is ready. */
const PATIENCE = 60_000;

/** A process that was started for a measurement, with all that it starts. */
export interface Started {
  /** What the pattern found in the line that said that it is ready. */
  readonly found: string;
  /** Milliseconds until then. */
  readonly took: number;
  /** How many processes it has become, and their memory in MB: what they share is counted once (PSS). */
  readonly usage: () => { readonly processes: number; readonly memory: number };
  readonly stop: () => Promise<void>;
}

/** How a process is started. */
export interface Start {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** What its output has when it is ready; the first group is what is wanted of it. */
  readonly ready: RegExp;
}

/** Starts a process, and resolves when it is ready. @throws Error with the last that it said, where it ends before */
export async function startProcess({ command, args, cwd, ready }: Start): Promise<Started> {
  const start = performance.now();
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  try {
    const found = await lineOf(child, ready, command);
    const took = performance.now() - start;
    return { found, took, usage: () => usageOf(child.pid ?? 0), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function lineOf(child: ChildProcess, ready: RegExp, command: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error(`${command} was not ready within ${PATIENCE} ms.`)), PATIENCE);
  let last = "";
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    // Read to the end: a pipe that is full would stop the process.
    createInterface({ input: stream }).on("line", (line) => {
      last = line;
      const match = ready.exec(line);
      if (match !== null) resolve(match[1] ?? "");
    });
  }
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`${command} ended (${code}): ${last}`)));
  return promise.finally(() => clearTimeout(timer));
}

function usageOf(pid: number): { processes: number; memory: number } {
  const pids = [pid, ...descendantsOf(pid)];
  return { processes: pids.length, memory: pids.reduce((sum, one) => sum + memoryOf(one), 0) };
}

/** By the parents of all processes: one that has a process group of its own is counted too. */
function descendantsOf(pid: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => parentOf(one) === pid);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

function memoryOf(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024;
}

/** Nothing of a process that has just ended, or where the system has no /proc (macOS). */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
