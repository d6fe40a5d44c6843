import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
import * as z from "zod";
import { describeError } from "../core/errors.ts";
import type { Owner } from "../core/record/caller.ts";
import type { TaskNode } from "../core/canvas/signature.ts";
import { type ResidentMemory, descendantsOf, memoryOf } from "./processes.ts";
import { type Ask, type FromTask, FromTaskSchema, type Outcome, type Report, type ToTask } from "./ipc.ts";

/** One attempt, as the child is handed it. */
export interface Attempt {
  readonly payload: string;
  readonly request: Readonly<Record<string, unknown>>;
  readonly each: TaskNode["each"] | null;
  /** Whose the task is. */
  readonly owner: Owner | null;
  /** Seconds from now. */
  readonly timeLimit: number;
  readonly softTimeLimit: number | null;
  /** Aborts where the attempt is to be stopped. */
  readonly stop: AbortSignal;
  readonly onReport: (report: Report) => void;
  readonly onAsk: (ask: Ask) => Promise<unknown>;
}

/** Tasks after which a child is replaced: what leaks in user code must not pile up for ever. */
const MAX_TASKS = 1_000;
/** Milliseconds between looks at the child's memory. */
const MEMORY_INTERVAL = 250;
/**
 * MB of the function's memory that are the supervisor's at the least. It had 94 at rest, and up to 162 with large
 * payloads in hand; 48 of them are Node's own pages, which Lambda counts once for both processes, so that this much
 * stays free where both are at their most.
 */
const SUPERVISOR_MEMORY = 120;

/** MB that this process has now. */
const ownMemory = (): number => process.memoryUsage.rss() / 1024 / 1024;

interface Running {
  readonly run: number;
  readonly attempt: Attempt;
  readonly end: (outcome: Outcome) => void;
}

/** Variable with the port of the debugger of a task process; a local run sets it (`npm start -- --inspect math`). */
const INSPECT = "CELERIAC_INSPECT";

/** The loopback interface only: who may debug a process may do all that it may. */
function inspection(): readonly string[] {
  const port = process.env[INSPECT];
  return port === undefined ? [] : [`--inspect=127.0.0.1:${port}`];
}

/** The end of a run whose outcome is in no form that {@link FromTaskSchema} knows. */
const Unreadable = z.object({ type: z.literal("done"), run: z.number() });

/**
 * The process that user code runs in: one task at a time, kept warm, killed at the hard limit. A thread would not do:
 * one took 44 s to terminate inside JSON.parse, and takes its supervisor along when it crashes.
 */
export class TaskChild {
  readonly #file: string;
  /** MB of the function. */
  readonly allotted: number;
  readonly #own: () => number;
  readonly #variables: Readonly<Record<string, string>>;
  readonly #python: string | null;
  #child: ChildProcess | null = null;
  #running: Running | null = null;
  #runs = 0;
  #tasks = 0;
  #fatal: string | null = null;
  #leftover = false;
  /** What the process once had, before it ran what it runs; and the most that was seen since. MB. */
  #before = 0;
  #peak: number | null = null;

  /**
   * @param file the child's entry.
   * @param memory the function's memory, MB.
   * @param variables what its environment has besides this process's.
   * @param python the Python that runs the entry, a file or a package's folder; null for Node.
   * @param own MB that the supervisor has now. @default what the system says
   */
  constructor(
    file: string,
    memory: number,
    variables: Readonly<Record<string, string>> = {},
    python: string | null = null,
    own: () => number = ownMemory,
  ) {
    this.#file = file;
    this.#own = own;
    this.#variables = variables;
    this.#python = python;
    this.allotted = memory;
    this.#start();
  }

  /**
   * The most memory that the process had in the attempt that runs or ran last, MB; null where the system does not say.
   */
  get peak(): number | null {
    return this.#peak;
  }

  /** Runs one attempt to its end; the hard limit, the memory cap and a revocation end it by killing the child. */
  async run(attempt: Attempt): Promise<Outcome> {
    const child = this.#child ?? this.#start();
    const run = (this.#runs += 1);
    const started = Date.now();
    this.#peak = null;
    // What loading took is not the first task's.
    if (this.#tasks === 0) this.#before = memoryOf(child.pid)?.peak ?? 0;
    return new Promise((resolve) => {
      const limit = setTimeout(() => this.#kill({ kind: "killed" }), attempt.timeLimit * 1000);
      const watch = setInterval(() => this.#watchMemory(), MEMORY_INTERVAL);
      const stop = (): void => this.#kill({ kind: "stopped" });
      const end = (outcome: Outcome): void => {
        attempt.stop.removeEventListener("abort", stop);
        clearTimeout(limit);
        clearInterval(watch);
        this.#running = null;
        resolve(outcome);
      };
      this.#running = { run, attempt, end };
      attempt.stop.addEventListener("abort", stop);
      const { payload, request, owner } = attempt;
      const each = attempt.each ?? null;
      const softDeadline = attempt.softTimeLimit === null ? null : started + attempt.softTimeLimit * 1000;
      this.#send(child, { type: "run", run, payload, request, each, owner, softDeadline });
    });
  }

  /** Ends the child. */
  stop(): void {
    this.#discard();
  }

  #start(): ChildProcess {
    const child = fork(this.#file, [], {
      ...this.#runtime(),
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, ...this.#variables },
    });
    this.#child = child;
    this.#tasks = 0;
    this.#fatal = null;
    this.#leftover = false;
    child.on("message", (raw) => {
      // User code can send to its parent too; what is not ours is not heard.
      const message = FromTaskSchema.safeParse(raw);
      if (message.success) this.#hear(child, message.data);
      else this.#misheard(child, raw);
    });
    child.on("exit", (code, signal) => this.#exited(child, signal === null ? `exit code ${code}` : `signal ${signal}`));
    child.on("error", (error) => {
      // What cannot be started would be started for ever; the next task tries again.
      if (child.pid === undefined) this.#fatal = `it could not be started (${error.message})`;
      this.#exited(child, error.message);
    });
    return child;
  }

  /** Node speaks lines of JSON with a child of any kind, by the descriptor that NODE_CHANNEL_FD names. */
  #runtime(): ForkOptions {
    // No folder of a function can be written to, so byte code is not kept.
    if (this.#python !== null) return { execPath: this.#python, execArgv: ["-B"] };
    return {
      execArgv: [`--max-old-space-size=${this.allotted - SUPERVISOR_MEMORY}`, "--enable-source-maps", ...inspection()],
    };
  }

  #hear(child: ChildProcess, message: FromTask): void {
    if (child !== this.#child) return;
    if (message.type === "fatal") {
      this.#fatal = `${message.error.type}: ${message.error.message}`;
      return;
    }
    if (message.type === "ready") return;
    if (message.type === "leftover") {
      this.#leftover = true;
      if (this.#running === null) this.#replace();
      return;
    }
    const running = this.#running;
    if (running?.run !== message.run) return;
    if (message.type === "report") running.attempt.onReport(message.report);
    if (message.type === "ask") void this.#answer(child, running, message.call, message.ask);
    if (message.type === "done") {
      this.#note(message.memory);
      this.#before = message.memory.peak;
      this.#tasks += 1;
      if (message.leftovers || this.#leftover || this.#tasks >= MAX_TASKS) this.#replace();
      running.end(message.outcome);
    }
  }

  /**
   * An outcome that cannot be read ends its task at once: held to its hard limit it would be called what it was not.
   */
  #misheard(child: ChildProcess, raw: unknown): void {
    const done = Unreadable.safeParse(raw);
    const running = this.#running;
    if (!done.success || child !== this.#child || running === null || running.run !== done.data.run) return;
    this.#replace();
    const message = "What the task came to could not be read by its supervisor: return plain data, throw errors.";
    running.end({ kind: "error", error: { type: "InvalidResult", message } });
  }

  async #answer(child: ChildProcess, running: Running, call: number, ask: Ask): Promise<void> {
    try {
      this.#send(child, { type: "answer", call, value: await running.attempt.onAsk(ask), error: null });
    } catch (error) {
      this.#send(child, { type: "answer", call, value: null, error: describeError(error) });
    }
  }

  #send(child: ChildProcess, message: ToTask): void {
    if (child.connected) child.send(message, () => {});
  }

  #exited(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    const outcome: Outcome = { kind: "lost", how: this.#fatal ?? how };
    const running = this.#running;
    this.#replace();
    running?.end(outcome);
  }

  #kill(outcome: Outcome): void {
    const running = this.#running;
    this.#replace();
    running?.end(outcome);
  }

  /** A new child at once, so that the next task finds it warm. */
  #replace(): void {
    this.#discard();
    // A module that cannot be loaded would be forked for ever: then only the next task tries again.
    if (this.#fatal === null) this.#start();
  }

  /** SIGKILL, since the child may be in a busy loop, and to what it has started, which would live on. */
  #discard(): void {
    const child = this.#child;
    this.#child = null;
    if (child?.pid === undefined) return;
    for (const pid of [...descendantsOf(child.pid), child.pid]) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }

  /** The environment's memory is of all processes together, and where it is used up Lambda ends them all. */
  #watchMemory(): void {
    const used = this.#lookAtMemory();
    const allowed = Math.floor(this.allotted - Math.max(SUPERVISOR_MEMORY, this.#own()));
    if (used !== null && used > allowed)
      this.#kill({ kind: "lost", how: `it used ${Math.round(used)} MB of memory, ${allowed} MB are allowed` });
  }

  /**
   * Resident memory now, MB, with that of what the task has started. A peak between two looks is known where the
   * process never had as much before.
   */
  #lookAtMemory(): number | null {
    const pid = this.#child?.pid;
    const memory = memoryOf(pid);
    if (pid === undefined || memory === null) return null;
    this.#note(memory);
    return descendantsOf(pid).reduce((sum, each) => sum + (memoryOf(each)?.now ?? 0), memory.now);
  }

  #note({ now, peak }: ResidentMemory): void {
    this.#peak = Math.max(this.#peak ?? 0, peak > this.#before ? peak : now);
  }
}
