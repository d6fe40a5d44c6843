import { randomUUID } from "node:crypto";
import type { InvokeResult } from "../types.ts";
import { isRecord, messageOf } from "../values.ts";
import type { FunctionConfig } from "./config.ts";
import { KIND } from "./frames.mjs";
import { startProcess } from "./process.ts";
import type { FunctionProcess, Host } from "./process.ts";
import { describeError, errorResult, failure, success } from "./results.ts";

/**
 * Milliseconds from the start of a process to its first request for an invocation (Lambda's limit of the init phase).
 */
const INIT_TIMEOUT = 10_000;

/** Bytes of a response (Lambda quota for synchronous invocations: 6 MB). */
const MAX_RESPONSE_BYTES = 6_291_556;

/** An invocation in flight. */
interface Invocation {
  readonly requestId: string;
  /** In milliseconds of `performance.now()`. */
  readonly deadline: number;
  readonly settle: (result: InvokeResult) => void;
}

/**
 * An execution environment of a function: one process with what it starts, and one invocation at a time, or as many as
 * its concurrency says. However an invocation ends, it is a result: nothing here rejects.
 */
export class Environment {
  /** Resolves when it can take an invocation, or has failed to start: then its first invocation tells why. */
  readonly ready: Promise<void>;
  readonly #config: FunctionConfig;
  readonly #host: Host;
  readonly #process: FunctionProcess;
  readonly #markReady: () => void;
  readonly #gone = Promise.withResolvers<void>();
  readonly #onEnd: () => void;
  /** By number, in the order of their deadlines, which is that of their starts. */
  readonly #inFlight = new Map<number, Invocation>();
  #count = 0;
  /** Why nothing can run here any more, by its own fault. */
  #failure: InvokeResult | null = null;
  #ended = false;
  #expired = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * Starts the process.
   * @param concurrency invocations in flight at the most, from 1
   * @param onEnd called once, however it ends
   */
  constructor(config: FunctionConfig, host: Host, concurrency: number, onEnd: () => void) {
    this.#config = config;
    this.#host = host;
    this.#onEnd = onEnd;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#markReady = resolve;
    this.#process = startProcess(config, host, concurrency, {
      onFrame: (kind, id, head, body) => this.#take(kind, id, head, body),
      onError: (error) => {
        this.#failure = errorResult("Runtime.InvalidEntrypoint", error.message);
        this.#exited();
      },
      onExit: (how) => {
        if (!this.#ended && this.#failure === null) this.#crashed(how);
        this.#exited();
      },
    });
    this.#timer = setTimeout(() => this.#initTimedOut(), INIT_TIMEOUT);
  }

  /** False once it must not be given another invocation: it has ended, or one of its invocations has timed out. */
  get alive(): boolean {
    return !this.#ended && !this.#expired;
  }

  /** True if it ended by its own fault: loading failed, or its process crashed. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Runs one invocation. */
  invoke(payload: string): Promise<InvokeResult> {
    if (this.#ended) return Promise.resolve(this.#failure ?? ENDED);
    const { promise, resolve } = Promise.withResolvers<InvokeResult>();
    this.#count += 1;
    const life = this.#config.timeout * 1000;
    const invocation = { requestId: randomUUID(), deadline: performance.now() + life, settle: resolve };
    this.#inFlight.set(this.#count, invocation);
    const head = { requestId: invocation.requestId, deadline: this.#host.clock.now() + life };
    this.#process.send(KIND.INVOKE, this.#count, head, payload);
    // One timer for all: the first that started is the first whose time is over.
    this.#timer ??= setTimeout(() => this.#checkDeadlines(), life);
    return promise;
  }

  /** Kills its process group at once: the invocations that it runs fail, as if its process had crashed. */
  kill(why: string): void {
    if (this.#ended) return;
    this.#host.log.line("WARN", this.#config.name, why);
    this.#failure = exitError(this.#anyRequestId(), "signal: killed");
    void this.end();
  }

  /** Kills its process group. Resolves when the process is gone. */
  end(): Promise<void> {
    this.#ended = true;
    this.#process.kill();
    return this.#gone.promise;
  }

  #take(kind: number, id: number, head: unknown, body: Buffer): void {
    if (kind === KIND.CALL) return void this.#serve(id, head, Buffer.from(body));
    if (kind === KIND.AWAIT) return void this.#await(id, head);
    if (kind === KIND.READY) {
      this.#disarm();
      return this.#markReady();
    }
    if (kind === KIND.RESPONSE && body.length > MAX_RESPONSE_BYTES) {
      const message = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      return this.#settle(id, errorResult("Function.ResponseSizeTooLarge", message));
    }
    const text = body.toString();
    if (kind === KIND.RESPONSE) return this.#settle(id, success(text));
    const what = kind === KIND.INIT_ERROR ? "failed to load: " : "";
    this.#host.log.line("ERROR", this.#config.name, what + describeError(text));
    if (kind === KIND.INIT_ERROR) this.#failure = failure(text);
    else this.#settle(id, failure(text));
    if (kind === KIND.ERROR) return;
    // What else is in flight fails with the process, which the error that nobody caught has ended.
    this.#failure ??= exitError(this.#anyRequestId(), "exit status 1");
    void this.end();
  }

  /** Serves a call to AWS that the function makes over this connection: its identity is whose connection it is. */
  async #serve(id: number, head: unknown, body: Buffer): Promise<void> {
    const service = isRecord(head) ? String(head["service"]) : "";
    const target = isRecord(head) ? String(head["target"]) : "";
    try {
      const answer = await this.#host.call({ service, target, body, caller: this.#config.name });
      if (answer === "lose-reply") return this.#process.send(KIND.REPLY, id, { lost: true }, "");
      this.#process.send(KIND.REPLY, id, { status: answer.status, headers: answer.headers }, answer.body);
    } catch (error) {
      this.#host.log.line("ERROR", "aws", `${target}: ${messageOf(error)}`);
      const message = JSON.stringify({ __type: "InternalFailure", message: messageOf(error) });
      this.#process.send(KIND.REPLY, id, { status: 500, headers: {} }, message);
    }
  }

  /** What cannot be waited for is answered as well: its next look finds out. */
  async #await(id: number, head: unknown): Promise<void> {
    await this.#host.awaitItem(this.#config.name, head).catch((error: unknown) => {
      this.#host.log.line("ERROR", this.#config.name, messageOf(error));
    });
    this.#process.send(KIND.REPLY, id, {}, "");
  }

  #settle(id: number, result: InvokeResult): void {
    const invocation = this.#inFlight.get(id);
    if (invocation === undefined) return;
    this.#inFlight.delete(id);
    invocation.settle(result);
    if (this.#expired && this.#inFlight.size === 0) void this.end();
  }

  /**
   * An invocation whose time is over ends the environment, as on Lambda. Others that are in flight here have their own
   * time first: it is not their fault.
   */
  #checkDeadlines(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [id, { requestId, deadline }] of this.#inFlight) {
      if (deadline > now) {
        this.#timer = setTimeout(() => this.#checkDeadlines(), Math.ceil(deadline - now));
        return;
      }
      const { name, timeout } = this.#config;
      this.#host.log.line("ERROR", name, `timed out after ${timeout} s; its processes were killed`);
      const message = `RequestId: ${requestId} Error: Task timed out after ${timeout.toFixed(2)} seconds`;
      this.#expired = true;
      this.#settle(id, { ...errorResult("Sandbox.Timedout", message), timedOut: true });
    }
  }

  #initTimedOut(): void {
    this.#host.log.line("ERROR", this.#config.name, `did not finish loading within ${INIT_TIMEOUT / 1000} s`);
    this.#failure = errorResult("Sandbox.Timedout", `Init phase timed out after ${INIT_TIMEOUT / 1000}.00 seconds`);
    void this.end();
  }

  #crashed(how: string): void {
    this.#host.log.line("ERROR", this.#config.name, `its process ended on its own (${how})`);
    this.#failure = exitError(this.#anyRequestId(), how);
  }

  #exited(): void {
    this.#ended = true;
    this.#disarm();
    for (const id of this.#inFlight.keys()) this.#settle(id, this.#failure ?? ENDED);
    this.#markReady();
    this.#gone.resolve();
    this.#onEnd();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #anyRequestId(): string {
    const [first] = this.#inFlight.values();
    return first?.requestId ?? randomUUID();
  }
}

const ENDED = errorResult("Runtime.ExitError", "The environment was ended.");

function exitError(requestId: string, how: string): InvokeResult {
  return errorResult("Runtime.ExitError", `RequestId: ${requestId} Error: Runtime exited with error: ${how}`);
}
