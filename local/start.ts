import { join } from "node:path";
import { assetsOf, createLog, messageOf, openFront, pruneAssets, showFaults, startEmbeddedAws } from "embedded-aws";
import type { EmbeddedAws } from "embedded-aws";
import { concurrencyOf } from "./concurrency.ts";
import { serveDashboard } from "./dashboard.ts";
import { HELP, readOptions } from "./options.ts";
import type { Options } from "./options.ts";
import { sweepAfterRestart } from "./sweep.ts";
import { synthesize } from "./synth.ts";
import { createTaskLogs } from "./task-logs.ts";
import type { TaskLogs } from "./task-logs.ts";
import { TASK_FIELDS } from "./log.ts";
import { writeLine as write } from "./terminal.ts";
import { watchSources } from "./watch.ts";
import { prefixOf } from "../remote/project.ts";

/** Milliseconds within which a second Ctrl-C is the first: a terminal and npm both send it. */
const SAME_INTERRUPT = 500;

/** Milliseconds between looks at whether npm is still there. */
const ORPHAN_CHECK = 500;

/**
 * Runs the app of this folder until Ctrl-C: its stage `local` on an embedded AWS, with the dashboard.
 * @param args flags
 * @throws Error in one line
 */
async function runLocal(args: readonly string[]): Promise<void> {
  const started = performance.now();
  const root = process.cwd();
  // npm runs scripts in the project; paths that a user gives are relative to where the user is.
  const options = readOptions(args, process.env["INIT_CWD"] ?? root);
  if (!options) return void process.stdout.write(HELP);

  const interrupt = new AbortController();
  stopOnSignals(interrupt);
  // A port that is taken is told before anything else has started.
  const dashboard = options.dashboardPort === null ? null : await openFront(options.dashboardPort, "dashboard-port");
  const color = process.stdout.isTTY && !process.env["NO_COLOR"];
  const outdir = join(root, ".celeriac", `assembly-${options.awsPort}`);
  const taskLogs = createTaskLogs();
  const embedded = await start(options, { root, outdir, color, taskLogs, signal: interrupt.signal });

  dashboard?.serve(serveDashboard(embedded, taskLogs, prefixOf(root)));

  let deployed = assetsOf(outdir);
  // What an earlier run on this port has left.
  pruneAssets(outdir, deployed);
  const redeploy = async (): Promise<readonly string[]> => {
    await synthesize(root, outdir, interrupt.signal);
    const changed = await embedded.deploy(outdir);
    const next = assetsOf(outdir);
    // What still runs the code before this one may load more of it.
    pruneAssets(outdir, new Set([...deployed, ...next]));
    deployed = next;
    return changed;
  };
  const sweeps =
    options.data === undefined ? null : sweepAfterRestart(embedded.awsUrl, prefixOf(root), createLog(write, color));
  const watcher = watchSources(root, redeploy, createLog(write, color));
  if (!interrupt.signal.aborted) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const { apiUrl, awsUrl } = embedded;
    const shown = dashboard === null ? "" : `dashboard ${dashboard.url}, `;
    const faults = options.faults ? ` Faults are on (${showFaults(embedded.faults().faults)}).` : "";
    write(
      `Celeriac is ready (${seconds} s): API ${apiUrl}, ${shown}AWS ${awsUrl}, outbox ${awsUrl}/_outbox.${faults} Ctrl-C ends it.`,
    );
    await new Promise((resolve) => interrupt.signal.addEventListener("abort", resolve));
  }
  watcher.stop();
  sweeps?.();
  await Promise.all([embedded.stop(), dashboard?.close()]);
}

interface Start {
  /** The project's folder. */
  readonly root: string;
  /** Where the assembly goes. */
  readonly outdir: string;
  readonly color: boolean;
  readonly taskLogs: TaskLogs;
  readonly signal: AbortSignal;
}

/** Starts the services while the CDK app runs, then deploys what it made. */
async function start(options: Options, { root, outdir, color, taskLogs, signal }: Start): Promise<EmbeddedAws> {
  const { port, awsPort, data, secrets, faults } = options;
  const abort = new AbortController();
  const synthesis = synthesize(root, outdir, AbortSignal.any([signal, abort.signal]));
  // Awaited below; until then a failure must not end the process.
  synthesis.catch(() => {});
  const embedded = await startEmbeddedAws({
    port,
    awsPort,
    data,
    secrets,
    faults,
    color,
    log: write,
    logFields: TASK_FIELDS,
    onFunctionLine: (_name, line) => taskLogs.add(line),
    concurrency: concurrencyOf,
    compileCache: join(root, ".celeriac", "cache"),
  }).catch((error: unknown) => {
    abort.abort();
    throw error;
  });
  try {
    await synthesis;
    await embedded.deploy(outdir);
    return embedded;
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

/** The first signal ends the run in order, another Ctrl-C at once: the reaper then kills what still runs. */
function stopOnSignals(interrupt: AbortController): void {
  let first = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (first === 0) {
      first = performance.now();
      interrupt.abort();
    } else if (signal === "SIGINT" && performance.now() - first > SAME_INTERRUPT) {
      process.exit(130);
    }
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  // npm passes a signal on to the shell that it starts scripts with, and that shell dies of it without telling anybody.
  const parent = process.ppid;
  if (process.env["npm_lifecycle_event"] === undefined) return;
  setInterval(() => {
    if (process.ppid !== parent) interrupt.abort();
  }, ORPHAN_CHECK).unref();
}

/** `npm start`, as a command: tells in one line what is wrong. Ends the process. */
export async function startCommand(args: readonly string[]): Promise<never> {
  try {
    await runLocal(args);
    process.exit(0);
  } catch (error) {
    const interrupted = error instanceof Error && error.name === "AbortError";
    if (!interrupted) process.stderr.write(`${messageOf(error)}\n`);
    // Whatever failed may have left something open.
    process.exit(interrupted ? 0 : 1);
  }
}
