import * as z from "zod";
import { isRecord } from "../values.ts";

/** Seconds that a message can be hidden (SQS quota: 12 hours). */
const MAX_VISIBILITY = 43_200;

const probability = z.number().min(0).max(1).optional();

const SettingsSchema = z.strictObject({
  duplicate: probability,
  reorder: probability,
  delay: probability,
  kill: probability,
  "refuse-batch": probability,
  "drop-ack": probability,
  throttle: probability,
  "lose-reply": probability,
  "fail-token": probability,
  visibility: z.number().min(0).max(MAX_VISIBILITY).optional(),
  seed: z.number().int().min(0).optional(),
});

/**
 * How likely each fault is, from 0 to 1 (default: 0). Beside them `visibility`: after how many seconds a message comes
 * back at the latest when its batch has failed (default: when its queue says so); and `seed`, which the sequences of
 * chances start from (default: another one each time).
 */
export type FaultSettings = Readonly<z.infer<typeof SettingsSchema>>;

/** What can go wrong. */
export type Fault = Exclude<keyof FaultSettings, "visibility" | "seed">;

/** What each fault does. All of it happens on AWS, only rarely. */
export const FAULTS: Readonly<Record<Fault, string>> = {
  duplicate: "a sent message is delivered a second time, up to 5 s later",
  reorder: "a receive takes any of the messages that are ready",
  delay: "a sent message is held back for up to 2 s",
  kill: "the processes of a queue's function are killed while it handles a batch",
  "refuse-batch": "the invocation with a batch is refused (Lambda throttles it), so that its messages come back",
  "drop-ack": "what succeeded is not deleted from its queue, and so comes again",
  throttle: "a function's DynamoDB call is refused (ProvisionedThroughputExceededException)",
  "lose-reply": "a function's DynamoDB, SQS or Step Functions call takes effect, its answer is lost",
  "fail-token": "a function's SendTaskSuccess or SendTaskFailure is refused (throttled, or a 500)",
};

/**
 * Reads settings that were given as JSON.
 * @throws Error in one line for an unknown name or a value out of range
 */
export function readFaults(input: unknown): FaultSettings {
  if (!isRecord(input))
    throw new Error(`Faults are an object such as {"duplicate":0.2}, got ${JSON.stringify(input)}.`);
  const parsed = SettingsSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === "unrecognized_keys") {
    const names = Object.keys(FAULTS).join(", ");
    throw new Error(`"${issue.keys[0]}" is no fault. The faults are ${names}; visibility and seed go with them.`);
  }
  const name = String(issue?.path[0]);
  throw new Error(`${name} needs ${RANGES[name] ?? "a probability from 0 to 1"}, got ${JSON.stringify(input[name])}.`);
}

const RANGES: Readonly<Record<string, string>> = {
  visibility: `seconds from 0 to ${MAX_VISIBILITY}`,
  seed: "a whole number from 0",
};

/**
 * Reads `duplicate=0.2,kill=0.05,seed=7`.
 * @throws Error as {@link readFaults}
 */
export function parseFaults(text: string): FaultSettings {
  const pairs = text.split(",").map((pair) => {
    const [, name, value = ""] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? [];
    if (name === undefined)
      throw new Error(`it takes pairs such as duplicate=0.2,kill=0.05, got ${JSON.stringify(pair)}.`);
    return [name, /^\d*\.?\d+$/.test(value) ? Number(value) : value] as const;
  });
  return readFaults(Object.fromEntries(pairs));
}

/** The settings as {@link parseFaults} reads them. */
export function showFaults(settings: FaultSettings): string {
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
