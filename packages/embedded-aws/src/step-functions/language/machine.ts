import type { ChoiceRule } from "./choice.ts";
import type { Expression } from "./expression.ts";
import type { Path } from "./path.ts";
import type { Catcher, Retrier } from "./retry.ts";
import type { Template } from "./template.ts";

/** States that lead from one to another: a machine's, a Map's iteration, a branch of a Parallel state. */
export interface Branch {
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** A definition that can be run. */
export interface Machine extends Branch {
  /** Null for no limit of the machine's own. */
  readonly timeoutSeconds: number | null;
}

interface Named {
  readonly name: string;
}

interface WithInput extends Named {
  /** Null gives `{}`. */
  readonly inputPath: Path | null;
  readonly outputPath: Path | null;
}

interface WithNext extends WithInput {
  /** Null: the state ends its branch. */
  readonly next: string | null;
}

interface WithResult extends WithNext {
  readonly resultSelector: Template | null;
  /** Null throws the result away. */
  readonly resultPath: Path | null;
}

interface WithRules extends WithResult {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

/** Seconds as the definition gives them, or a path to them. */
export type Seconds = number | Path | null;

export interface TaskState extends WithRules {
  readonly type: "Task";
  readonly resource: TaskResource;
  readonly parameters: Template | null;
  readonly timeout: Seconds;
  readonly heartbeat: Seconds;
}

/** What a Task state calls. */
export type TaskResource =
  | {
      readonly kind: "sqs" | "lambda";
      /** As the history names it: `sendMessage.waitForTaskToken`. */
      readonly name: string;
      readonly waitsForToken: boolean;
    }
  | { readonly kind: "function"; readonly arn: string };

export interface ChoiceState extends WithInput {
  readonly type: "Choice";
  readonly choices: readonly ChoiceRule[];
  readonly fallback: string | null;
}

export interface PassState extends WithNext {
  readonly type: "Pass";
  readonly result: Template | null;
  readonly parameters: Template | null;
  readonly resultPath: Path | null;
}

export interface WaitState extends WithNext {
  readonly type: "Wait";
  readonly until:
    | { readonly kind: "seconds"; readonly seconds: number | Path }
    | { readonly kind: "timestamp"; readonly timestamp: string | Path };
}

export interface SucceedState extends WithInput {
  readonly type: "Succeed";
}

export interface FailState extends Named {
  readonly type: "Fail";
  readonly error: string | Expression | null;
  readonly cause: string | Expression | null;
}

export interface ParallelState extends WithRules {
  readonly type: "Parallel";
  readonly parameters: Template | null;
  readonly branches: readonly Branch[];
}

export interface MapState extends WithRules {
  readonly type: "Map";
  readonly itemsPath: Path;
  readonly itemSelector: Template | null;
  /** 0 for as many as AWS runs at once inline: 40. */
  readonly maxConcurrency: number;
  readonly processor: Branch;
}

/** A state, ready to run. */
export type State =
  | TaskState
  | ChoiceState
  | PassState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;

/** The states that have a result to place, and may have Retry and Catch. */
export type ResultState = TaskState | ParallelState | MapState;
