import * as z from "zod";
import { cronExpression } from "./crontab.ts";
import { DefinitionError } from "../errors.ts";

/**
 * Keywords of this form in an input are replaced by Scheduler when it runs a schedule (Scheduler User Guide, "Adding
 * context attributes").
 */
const ATTRIBUTE = "<aws.scheduler.";

/**
 * JSON text as a schedule's input: what a client wrote that looks like one of Scheduler's keywords stays what it is.
 */
export function scheduleInput(json: string): string {
  return json.replaceAll(ATTRIBUTE, `\\u003c${ATTRIBUTE.slice(1)}`);
}

/** When a task runs by itself, and with what. Made by {@link every} and {@link cron}. */
export interface Schedule {
  /** Scheduler's expression: `rate(...)` or `cron(...)`. */
  readonly expression: string;
  /** The time zone of a cron expression, by its IANA name. */
  readonly timezone: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** What a scheduled task is called with. */
export interface ScheduledCall {
  /** @default none */
  readonly args?: readonly unknown[];
  /** @default none */
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** Lengths of time that are added up. */
export interface Interval {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

/**
 * Runs a task again and again, the first time when it is deployed.
 * @param interval whole minutes in all, from one on: EventBridge Scheduler counts no finer.
 * @throws DefinitionError
 */
export function every(interval: Interval, call: ScheduledCall = {}): Schedule {
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = interval;
  const all = days * 1_440 + hours * 60 + minutes + seconds / 60;
  if (!Number.isInteger(all) || all < 1) {
    throw new DefinitionError(
      `every(${JSON.stringify(interval)}): expected whole minutes, 1 or more: EventBridge Scheduler runs nothing more often, and counts no seconds.`,
    );
  }
  return scheduleOf(`rate(${all} minute${all === 1 ? "" : "s"})`, "UTC", call);
}

/**
 * Runs a task by a crontab: `cron("0 3 * * mon-fri", { timezone: "Europe/Berlin" })`.
 * @param crontab minute, hour, day of month, month, day of week.
 * @throws DefinitionError
 */
export function cron(crontab: string, call: ScheduledCall & { readonly timezone?: string } = {}): Schedule {
  const timezone = call.timezone ?? "UTC";
  try {
    new Intl.DateTimeFormat("en", { timeZone: timezone }).format(0);
  } catch {
    throw new DefinitionError(
      `cron(${JSON.stringify(crontab)}): "${timezone}" is no time zone: expected a name such as "Europe/Berlin" or "UTC".`,
    );
  }
  return scheduleOf(cronExpression(crontab), timezone, call);
}

function scheduleOf(expression: string, timezone: string, { args = [], kwargs = {} }: ScheduledCall): Schedule {
  return { expression, timezone, args, kwargs };
}

/**
 * What Scheduler sends for one run of a schedule. The slot is the time that the run was planned for: with it a run that
 * comes twice is known.
 */
export const PeriodicMessageSchema = z.object({
  op: z.literal("periodic"),
  task: z.string(),
  /** The schedule's name. */
  schedule: z.string(),
  /** RFC 3339. */
  slot: z.iso.datetime(),
  args: z.array(z.unknown()),
  kwargs: z.record(z.string(), z.unknown()),
});

export type PeriodicMessage = z.output<typeof PeriodicMessageSchema>;

/** The input of a schedule of a task. @param name the schedule's name. */
export function periodicInput(task: string, name: string, { args, kwargs }: Schedule): string {
  const input = scheduleInput(JSON.stringify({ op: "periodic", task, schedule: name, slot: "SLOT", args, kwargs }));
  return input.replace('"slot":"SLOT"', `"slot":"${ATTRIBUTE}scheduled-time>"`);
}
