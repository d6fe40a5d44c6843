import type { Failure } from "./failure.ts";
import { Fields, show } from "./fields.ts";
import type { Json } from "./json.ts";
import { type Path, parsePath } from "./path.ts";

/** One of a state's Retry rules. */
export interface Retrier {
  readonly errors: readonly string[];
  /** Seconds before the first retry. */
  readonly interval: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  /** Seconds; null for no ceiling. */
  readonly maxDelay: number | null;
  /** FULL: anything from nothing to the delay. */
  readonly jitter: boolean;
}

/** One of a state's Catch rules. */
export interface Catcher {
  readonly errors: readonly string[];
  /** Where `{Error, Cause}` goes in the state's input; null to leave the input alone. */
  readonly resultPath: Path | null;
  readonly next: string;
}

/** No Retry or Catch holds this one up: the execution fails. */
export const RUNTIME_ERROR = "States.Runtime";

/** AWS: States.ALL and States.TaskFailed do not match these. */
const NOT_IN_WILDCARDS = new Set([RUNTIME_ERROR, "States.DataLimitExceeded"]);

/** Whether a rule's ErrorEquals covers a failure. */
export function matchesError(names: readonly string[], { error, heartbeat }: Failure): boolean {
  if (error === RUNTIME_ERROR) return false;
  return names.some((name) => {
    if (name === "States.ALL") return error === null || !NOT_IN_WILDCARDS.has(error);
    if (name === "States.TaskFailed") return error !== "States.Timeout" && !NOT_IN_WILDCARDS.has(error ?? name);
    return name === error || (heartbeat === true && name === "States.HeartbeatTimeout");
  });
}

/** A retry that is due: which rule it counts against, and how long to wait. */
export interface RetryDecision {
  readonly retrier: number;
  readonly delaySeconds: number;
}

/**
 * Decides whether a state is tried again. Only the first matching rule counts, even when it has no attempts left.
 * `attempts` has the retries so far by rule; `random` is from 0 to 1.
 */
export function decideRetry(
  retriers: readonly Retrier[],
  attempts: readonly number[],
  failure: Failure,
  random: number,
): RetryDecision | null {
  const index = retriers.findIndex((retrier) => matchesError(retrier.errors, failure));
  const retrier = retriers[index];
  const made = attempts[index] ?? 0;
  if (retrier === undefined || made >= retrier.maxAttempts) return null;
  const grown = retrier.interval * retrier.backoffRate ** made;
  const delay = Math.min(grown, retrier.maxDelay ?? Number.POSITIVE_INFINITY);
  return { retrier: index, delaySeconds: retrier.jitter ? delay * random : delay };
}

/** The first Catch rule that covers a failure. */
export function findCatcher(catchers: readonly Catcher[], failure: Failure): Catcher | null {
  return catchers.find((catcher) => matchesError(catcher.errors, failure)) ?? null;
}

const MAX_SECONDS = 99_999_999;
/** AWS: MaxDelaySeconds is below a year (31,622,400 s). */
const MAX_DELAY = 31_622_399;

/** Reads a state's Retry. */
export function parseRetry(fields: Fields): readonly Retrier[] {
  return parseRules(fields, "Retry", (rule, errors) => {
    const interval = rule.integer("IntervalSeconds", 1, MAX_SECONDS, 1);
    const maxDelay = rule.integer("MaxDelaySeconds", 1, MAX_DELAY, null);
    if (maxDelay !== null && maxDelay <= interval) {
      throw rule.fault("MaxDelaySeconds", `${maxDelay} must be more than IntervalSeconds (${interval})`);
    }
    const backoffRate = rule.take("BackoffRate") ?? 2;
    if (typeof backoffRate !== "number" || backoffRate < 1) {
      throw rule.fault("BackoffRate", `expected a number from 1, got ${show(backoffRate)}`);
    }
    const strategy = rule.optionalString("JitterStrategy") ?? "NONE";
    if (strategy !== "FULL" && strategy !== "NONE") throw rule.fault("JitterStrategy", "expected FULL or NONE");
    const maxAttempts = rule.integer("MaxAttempts", 0, MAX_SECONDS, 3);
    return { errors, interval, maxAttempts, backoffRate, maxDelay, jitter: strategy === "FULL" };
  });
}

/** Reads a state's Catch. */
export function parseCatch(fields: Fields): readonly Catcher[] {
  return parseRules(fields, "Catch", (rule, errors) => {
    const resultPath = rule.nullablePath("ResultPath", parsePath("$"));
    if (resultPath?.root === "$$") throw rule.fault("ResultPath", "the context object can't be written to");
    return { errors, resultPath, next: rule.string("Next") };
  });
}

function parseRules<Rule>(
  fields: Fields,
  name: "Retry" | "Catch",
  parseRule: (rule: Fields, errors: readonly string[]) => Rule,
): readonly Rule[] {
  if (!fields.has(name)) return [];
  const items = fields.list(name);
  return items.map((item: Json, index) => {
    const rule = new Fields(item, `${fields.at(name)}/${index}`);
    const errors = rule.strings("ErrorEquals");
    if (errors.includes("States.ALL") && (errors.length > 1 || index < items.length - 1)) {
      throw rule.fault("ErrorEquals", `States.ALL must stand alone and in the last rule of ${name}`);
    }
    rule.take("Comment");
    const parsed = parseRule(rule, errors);
    rule.done(`a ${name} rule`);
    return parsed;
  });
}
