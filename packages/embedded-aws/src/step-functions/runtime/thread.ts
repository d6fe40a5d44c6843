import type { Failure } from "../language/failure.ts";
import type { Json, JsonObject } from "../language/json.ts";
import type { Branch, Machine, State } from "../language/machine.ts";
import type { Cancel } from "../../clock.ts";
import { History } from "./history.ts";
import type { ServiceAnswer } from "./services.ts";

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

/** What an execution is from its start on. */
export interface ExecutionStart {
  /** Ascends with each start. */
  readonly serial: number;
  readonly arn: string;
  readonly name: string;
  readonly machine: DeployedMachine;
  /** The input as it was sent, which StartExecution compares. */
  readonly inputText: string;
  readonly input: Json;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** An execution under way, and what it came to. */
export class Execution implements ExecutionStart {
  readonly serial: number;
  readonly arn: string;
  readonly name: string;
  readonly machine: DeployedMachine;
  readonly inputText: string;
  readonly input: Json;
  readonly startedAt: number;
  readonly history: History;
  readonly root: Thread;
  status: ExecutionStatus = "RUNNING";
  stoppedAt: number | null = null;
  outputText: string | null = null;
  failure: Failure | null = null;
  /** Stops the machine's own timeout. */
  cancelTimeout: Cancel | null = null;

  /** @param history what happened so far, where it was started by an earlier run */
  constructor(start: ExecutionStart, history = new History()) {
    this.serial = start.serial;
    this.arn = start.arn;
    this.name = start.name;
    this.machine = start.machine;
    this.inputText = start.inputText;
    this.input = start.input;
    this.startedAt = start.startedAt;
    this.history = history;
    this.root = createThread({
      execution: this,
      branch: start.machine.machine,
      path: "0",
      position: { kind: "start" },
    });
  }
}

/** A Task state that waits: what a later run needs of it. Times are milliseconds since 1970. */
export interface TaskPosition {
  readonly kind: "task";
  /** The id of the event that has the parameters. */
  readonly scheduled: number;
  readonly token: string | null;
  readonly timeoutAt: number | null;
  /** Seconds between heartbeats; null where the state asks for none. */
  readonly heartbeatSeconds: number | null;
  heartbeatAt: number | null;
  /** The service took the call; a callback that came sooner waits for that, as the history has it in that order. */
  submitted: boolean;
  /** Set once somebody answered the token: nothing else can settle the task then. */
  answer: ServiceAnswer | null;
}

/**
 * Where a thread is between two jobs. With the thread's numbers and the history, which has all inputs and outputs, it
 * is all that a later run needs to go on.
 */
export type Position =
  /** Before the first state of a machine. */
  | { readonly kind: "start" }
  /** Before the first state of an iteration or a branch. */
  | { readonly kind: "begin"; readonly input: Json }
  /** Between two states: the last event has the input of the next. */
  | { readonly kind: "next"; readonly to: string }
  /** In a Wait state until a time, in milliseconds since 1970. */
  | { readonly kind: "wait"; readonly due: number }
  /** A state that failed is run again at a time, in milliseconds since 1970. */
  | { readonly kind: "retry"; readonly due: number }
  | TaskPosition
  /** In a Map or Parallel state: its iterations or branches have positions of their own. */
  | { readonly kind: "fork" }
  /** An iteration or branch failed, and nothing has been made of it yet. */
  | { readonly kind: "failing"; readonly failure: Failure }
  /** The last event has the output. */
  | { readonly kind: "ended" };

/** One line of states: the machine itself, a Map's iteration, a branch of a Parallel state. */
export interface Thread {
  readonly execution: Execution;
  readonly branch: Branch;
  /** `0` for the machine itself; `0.7` for iteration or branch 7 of what it is in; and so on. */
  readonly path: string;
  /** The fork that it is a part of; null for the machine itself. */
  readonly owner: Owner | null;
  /** Its place among the fork's iterations or branches. */
  readonly index: number;
  /** `$$.Map.Item`, of the innermost Map around. */
  readonly item: JsonObject | null;
  position: Position;
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

/** What a thread is made with; without an owner it is the machine itself. */
export type ThreadStart = Pick<Thread, "execution" | "branch" | "path" | "position"> &
  Partial<Pick<Thread, "owner" | "index" | "item" | "lastEvent">>;

/** A thread that has not begun. Its first event follows `lastEvent`. */
export function createThread(start: ThreadStart): Thread {
  return {
    execution: start.execution,
    branch: start.branch,
    path: start.path,
    owner: start.owner ?? null,
    index: start.index ?? 0,
    item: start.item ?? null,
    position: start.position,
    state: null,
    input: null,
    enteredAt: 0,
    enteredEvent: 0,
    lastEvent: start.lastEvent ?? 0,
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
