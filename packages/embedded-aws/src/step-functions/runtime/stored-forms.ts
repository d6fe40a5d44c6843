import * as z from "zod";
import type { Stored } from "../../storage/storage.ts";
import type { Json } from "../language/json.ts";
import type { Position, Thread } from "./thread.ts";

/** The collections of a storage that executions are kept in. Keys begin with the execution's serial number. */
export const COLLECTIONS = {
  /** An execution that runs, by serial: `StoredExecution`. */
  executions: "states/executions",
  /** A state machine that an execution runs, by its hash: `StoredMachine`. */
  machines: "states/machines",
  /** A thread's position, by `serial/path`: `StoredThread`. */
  threads: "states/threads",
  /** Events in the order of their ids, by `serial/number`: what a `HistoryWriter` wrote. */
  events: "states/events",
  /** An execution that is over, by serial: its record. */
  finished: "states/finished",
  /** Its history, by serial: JSON, or the same compressed. */
  histories: "states/histories",
  /** When executions ended of which only the name is kept, by ARN: milliseconds since 1970. */
  names: "states/names",
  /** Who issues tokens, and how many at most were issued. */
  tokens: "states/tokens",
} as const;

/** A serial number as a key: in the order of the numbers, of which 10 digits last for years. */
export function serialKey(serial: number): string {
  return String(serial).padStart(10, "0");
}

/** The value of a stored JSON text. */
export function jsonOf(value: Stored): unknown {
  return JSON.parse(typeof value === "string" ? value : Buffer.from(value).toString());
}

const JsonValue = z.custom<Json>((value) => value !== undefined);
const Failure = z.object({
  error: z.string().nullable(),
  cause: z.string().nullable(),
  heartbeat: z.literal(true).optional(),
});

/** A failure as it is stored. */
export const StoredFailure = Failure.transform(({ error, cause, heartbeat }) =>
  heartbeat === undefined ? { error, cause } : { error, cause, heartbeat },
);

const StoredAnswer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("output"), output: JsonValue }),
  z.object({ kind: z.literal("failure"), failure: StoredFailure }),
]);

const StoredPosition = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("start") }),
  z.object({ kind: z.literal("begin"), input: JsonValue }),
  z.object({ kind: z.literal("next"), to: z.string() }),
  z.object({ kind: z.literal("wait"), due: z.number() }),
  z.object({ kind: z.literal("retry"), due: z.number() }),
  z.object({
    kind: z.literal("task"),
    scheduled: z.number(),
    token: z.string().nullable(),
    timeoutAt: z.number().nullable(),
    heartbeatSeconds: z.number().nullable(),
    heartbeatAt: z.number().nullable(),
    submitted: z.boolean(),
    answer: StoredAnswer.nullable(),
  }),
  z.object({ kind: z.literal("fork") }),
  z.object({ kind: z.literal("failing"), failure: StoredFailure }),
  z.object({ kind: z.literal("ended") }),
]) satisfies z.ZodType<Position>;

/** A thread without its data, which the history has. */
export const StoredThread = z.object({
  state: z.string().nullable(),
  position: StoredPosition,
  enteredAt: z.number(),
  enteredEvent: z.number(),
  lastEvent: z.number(),
  attempts: z.array(z.number()),
  retryCount: z.number(),
});
export type StoredThread = z.output<typeof StoredThread>;

/** What is stored of a thread. */
export function storedThread(thread: Thread): StoredThread {
  const { state, position, enteredAt, enteredEvent, lastEvent, attempts, retryCount } = thread;
  return { state: state?.name ?? null, position, enteredAt, enteredEvent, lastEvent, attempts, retryCount };
}

/** An execution that runs. */
export const StoredExecution = z.object({
  serial: z.number(),
  arn: z.string(),
  name: z.string(),
  /** Its key among the machines. */
  machine: z.string(),
  inputText: z.string(),
  startedAt: z.number(),
});

export type StoredExecution = z.output<typeof StoredExecution>;

/** A machine as it was when an execution of it started. */
export const StoredMachine = z.object({
  name: z.string(),
  arn: z.string(),
  definition: z.string(),
  createdAt: z.number(),
});

/** An execution that is over, without its history. */
export const StoredRecord = StoredExecution.omit({ machine: true }).extend({
  machineArn: z.string(),
  machineName: z.string(),
  status: z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]),
  stoppedAt: z.number().nullable(),
  outputText: z.string().nullable(),
  failure: StoredFailure.nullable(),
});
