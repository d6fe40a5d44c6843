import * as z from "zod";
import { type Cancel, systemClock } from "../clock.ts";
import { readable } from "../storage/readable.ts";
import type { Storage } from "../storage/storage.ts";

/** A rule that is due again and again. */
export interface RuleSchedule {
  /** The rule's. */
  readonly arn: string;
  readonly expression: string;
  /** Milliseconds from one time to the next. */
  readonly interval: number;
}

const StoredSchedule = z.object({ expression: z.string(), next: z.number() });

/**
 * Tells of each rule when it is due: the first time an interval after it was first seen. With a storage that outlives
 * the run a restart changes nothing of that; what came due meanwhile is told once, at once.
 * @returns what ends it
 */
export function startSchedules(
  schedules: readonly RuleSchedule[],
  due: (arn: string) => void,
  storage: Storage,
): Cancel {
  const collection = storage.collection("events/schedules");
  const read = (value: unknown): z.output<typeof StoredSchedule> => StoredSchedule.parse(JSON.parse(String(value)));
  const known = new Map(readable("events/schedules", collection, read));
  const cancels = new Map<string, Cancel>();

  function plan(schedule: RuleSchedule, next: number): void {
    const { arn, expression, interval } = schedule;
    if (storage.durable !== false) collection.put(arn, JSON.stringify({ expression, next }));
    const cancel = systemClock.after(Math.max(0, next - Date.now()), () => {
      // What passed while nothing ran does not come again and again now.
      const passed = Math.max(0, Math.floor((Date.now() - next) / interval));
      plan(schedule, next + (passed + 1) * interval);
      due(arn);
    });
    cancels.set(arn, cancel);
  }

  for (const schedule of schedules) {
    const stored = known.get(schedule.arn);
    const isSame = stored?.expression === schedule.expression;
    plan(schedule, isSame ? stored.next : Date.now() + schedule.interval);
  }
  const wanted = new Set(schedules.map(({ arn }) => arn));
  for (const arn of known.keys()) if (!wanted.has(arn)) collection.remove(arn);
  return () => {
    for (const cancel of cancels.values()) cancel();
  };
}
