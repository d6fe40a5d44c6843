import * as z from "zod";
import { DefinitionError } from "../src/core/errors.ts";
import type { StageConfig } from "./config.ts";

/** An emulator of AWS that a stage can be deployed to, besides the embedded one, which needs nothing left out. */
export const EmulatorName = z.enum(["localstack", "ministack"]);
export type EmulatorName = z.infer<typeof EmulatorName>;

/** What a scenario may need of an AWS, and not every emulator can do. AWS and the embedded AWS can do it all. */
export const Ability = z.enum([
  /** Tasks of different queues run at the same time. */
  "queues-at-once",
  /** Tasks of one queue run at the same time. */
  "tasks-at-once",
  /** An execution's history tells what its states have sent. */
  "history-parameters",
  /** An execution's history has as many events as AWS writes. */
  "history-events",
  /** What a function answers in base64 comes out as the bytes that it stands for. */
  "base64-answers",
  /** A group of messages that takes much of its queue waits for others. */
  "fair-queues",
  /** A request line of 40,000 characters is answered. */
  "long-request-lines",
  /** Step Functions tells EventBridge of executions that failed, were stopped, or timed out. */
  "execution-events",
  /** A body without a content type comes as it is. */
  "untyped-bodies",
]);
export type Ability = z.infer<typeof Ability>;

/**
 * What an emulator does otherwise than AWS, as far as a stage is deployed, and the scenarios are run, otherwise for it.
 */
export interface Emulator {
  /** What the stage's configuration says instead. */
  readonly config: Partial<StageConfig>;
  /** Whether the stack of alarms is deployed. */
  readonly alarms: boolean;
  /** Whether state machines keep their `Retry`, which is for messages that could not be sent. */
  readonly retries: boolean;
  /** Whether queues lose their dead-letter queue at deployment, and are to be given it afterwards. */
  readonly losesRedrivePolicies: boolean;
  /** Seconds that a mapping waits for messages to fill its batch, on top of what the template says; 0: as it says. */
  readonly batchingWindow: number;
  /** Seconds that a request to the API may wait for a result: the scenarios ask for no more. */
  readonly wait: number;
  /** How many times as long as the embedded AWS it takes to run what the scenarios wait for. */
  readonly patience: number;
  /**
   * What it cannot do by its nature, each with the reason: scenarios that need it are skipped, and the reason is
   * printed.
   */
  readonly cannot: Partial<Readonly<Record<Ability, string>>>;
}

/**
 * All that is known, by `-c emulator=NAME`. What an emulator takes without a word and does not do (policies,
 * encryption, concurrency, point-in-time recovery, lifecycles) needs no mention here: docs/portability.md has it.
 */
export const EMULATORS: Readonly<Record<EmulatorName, Emulator>> = {
  localstack: {
    // 4.14's Scheduler takes schedules, and never runs one: a task that is due tomorrow would never start. Its
    // CloudFormation has no dashboards.
    config: { longDelays: "hops", dashboard: false },
    alarms: true,
    retries: true,
    losesRedrivePolicies: false,
    // 4.14 polls with this as its waiting time, and takes what comes first; without, it asks, and after an empty answer
    // rests for a second.
    batchingWindow: 20,
    wait: 20,
    // It takes a batch of each queue at a time, at some 10 ms for each call that a task makes.
    patience: 4,
    cannot: {
      "tasks-at-once": "LocalStack 4.14 takes a batch of a queue when the one before it has ended",
      "fair-queues": "LocalStack 4.14 takes groups of messages, and delivers in the order of arrival",
      "base64-answers": "LocalStack 4.14 takes the binary media type */* for none, and answers base64 as it is",
      "long-request-lines": "LocalStack 4.14 cuts the connection of a request line of 40,000 characters",
    },
  },
  ministack: {
    config: {},
    // 1.4.21 refuses alarms over an expression ("metric math is not supported"), and with one its whole stack.
    alarms: false,
    // 1.4.21 tries a failure again that a retrier says MaxAttempts 0 of: by the next retrier, and in a branch of a
    // Parallel with the token of another, so that it waits for ever.
    retries: false,
    // 1.4.21's CloudFormation makes queues without their RedrivePolicy.
    losesRedrivePolicies: true,
    batchingWindow: 0,
    // It runs one invocation of a function at a time: a waiting request holds up all others, even once the client has
    // gone.
    wait: 1,
    // It takes a batch of all queues at a time: 300 tasks take from 14 to 80 s on two cores, by what others do on them.
    patience: 8,
    cannot: {
      "queues-at-once":
        "MiniStack 1.4.21 has one poller for all queues: a batch is taken when the one before it has ended",
      "tasks-at-once":
        "MiniStack 1.4.21 has one poller for all queues: a batch is taken when the one before it has ended",
      "fair-queues": "MiniStack 1.4.21 takes groups of messages, and delivers in the order of arrival",
      "history-parameters": "MiniStack 1.4.21 leaves what a state has sent out of the history",
      "history-events": "MiniStack 1.4.21 writes fewer events than AWS",
      "execution-events": "MiniStack 1.4.21 sends no events of executions",
      "untyped-bodies":
        "MiniStack 1.4.21 takes a body without a content type for text, and damages bytes that are none",
    },
  },
};

/**
 * The emulator that the context names; null for AWS and the embedded AWS.
 * @throws DefinitionError for one that is not known.
 */
export function emulatorOf(context: Readonly<Record<string, unknown>>): EmulatorName | null {
  const name = context["emulator"] ?? null;
  if (name === null) return null;
  const known = EmulatorName.safeParse(name);
  if (known.success) return known.data;
  throw new DefinitionError(
    `-c emulator=${JSON.stringify(name)}: no such emulator is known: name one of ${EmulatorName.options.join(", ")}, or leave it out.`,
  );
}
