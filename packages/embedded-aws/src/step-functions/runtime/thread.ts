import type { ExpressionScope } from "../language/expression.ts";
import type { Failure } from "../language/failure.ts";
import type { Json, JsonObject } from "../language/json.ts";
import type { Branch, Machine, State } from "../language/machine.ts";
import type { Cancel, Clock } from "../../clock.ts";
import { type EventDetails, History } from "./history.ts";

/** A state machine as it was when an execution started. */
export interface DeployedMachine {
  readonly name: string;
  readonly arn: string;
  readonly machine: Machine;
  readonly definition: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** An execution under way, and what it came to. */
export class Execution {
  /** Ascends with each start. */
  readonly serial: number;
  readonly arn: string;
  readonly name: string;
  readonly machine: DeployedMachine;
  readonly inputText: string;
  readonly input: Json;
  readonly startedAt: number;
  readonly history = new History();
  readonly root: Thread;
  status: ExecutionStatus = "RUNNING";
  stoppedAt: number | null = null;
  outputText: string | null = null;
  failure: Failure | null = null;
  /** Stops the machine's own timeout. */
  cancelTimeout: Cancel | null = null;

  constructor(
    serial: number,
    arn: string,
    name: string,
    machine: DeployedMachine,
    inputText: string,
    input: Json,
    startedAt: number,
  ) {
    this.serial = serial;
    this.arn = arn;
    this.name = name;
    this.machine = machine;
    this.inputText = inputText;
    this.input = input;
    this.startedAt = startedAt;
    this.root = createThread(this, machine.machine, null, 0, null, 0);
  }
}

/** One line of states: the machine itself, a Map's iteration, a branch of a Parallel state. */
export interface Thread {
  readonly execution: Execution;
  readonly branch: Branch;
  /** The fork that it is a part of; null for the machine itself. */
  readonly owner: Owner | null;
  /** Its place among the fork's iterations or branches. */
  readonly index: number;
  /** `$$.Map.Item`, of the innermost Map around. */
  readonly item: JsonObject | null;
  /** Null before the first state. */
  state: State | null;
  /** The state's input before InputPath. */
  input: Json;
  enteredAt: number;
  enteredEvent: number;
  /** The event that the next one follows. */
  lastEvent: number;
  /** Retries of the current state, by rule of its Retry. */
  attempts: number[];
  retryCount: number;
  /** What the current state waits for. */
  activity: Activity | null;
  ended: boolean;
}

/** Something under way that can be called off: a task, a timer, a fork's iterations. */
export interface Activity {
  readonly cancel: Cancel;
}

/** What hears of the end of a fork's iterations or branches. */
export interface Owner {
  readonly childEnded: (child: Thread, output: Json) => void;
  readonly childFailed: (child: Thread, failure: Failure) => void;
}

/** What the parts of the interpreter ask of each other. */
export interface Core {
  readonly clock: Clock;
  /** Runs a job for a thread later, in order, unless it has ended by then. */
  readonly post: (thread: Thread, job: () => void) => void;
  /** Puts a thread on its first state. */
  readonly begin: (thread: Thread, input: Json) => void;
  /** Records an event after the thread's last one, which it becomes. */
  readonly record: (thread: Thread, type: string, details: EventDetails | null) => void;
  /** Records an event after another one; gives its id. */
  readonly recordAfter: (thread: Thread, previous: number, type: string, details: EventDetails | null) => number;
  /** The current state has its result. */
  readonly complete: (thread: Thread, result: Json) => void;
  /** The current state failed: Retry, Catch, or the end of the thread. */
  readonly fail: (thread: Thread, failure: Failure) => void;
  /** What paths in the current state see; `token` is `$$.Task.Token`, `item` overrides `$$.Map.Item`. */
  readonly scope: (thread: Thread, input: Json, token?: string, item?: JsonObject) => ExpressionScope;
}

/** A thread that hasn't begun. Its first event follows `lastEvent`. */
export function createThread(
  execution: Execution,
  branch: Branch,
  owner: Owner | null,
  index: number,
  item: JsonObject | null,
  lastEvent: number,
): Thread {
  return {
    execution,
    branch,
    owner,
    index,
    item,
    state: null,
    input: null,
    enteredAt: 0,
    enteredEvent: 0,
    lastEvent,
    attempts: [],
    retryCount: 0,
    activity: null,
    ended: false,
  };
}

/** Calls a thread off with everything under it: timers stop, tokens die, answers find nobody. */
export function cancelThread(thread: Thread): void {
  thread.ended = true;
  thread.activity?.cancel();
  thread.activity = null;
}
