import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { parseJson } from "../values.ts";
import type { Spec } from "./spec.ts";

/** A schedule that exists. Times are milliseconds since 1970. */
export interface Schedule {
  readonly arn: string;
  readonly spec: Spec;
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** The scheduled time of the last invocation that is over; null before the first. */
  readonly last: number | null;
  /** True if a template made it. */
  readonly deployed: boolean;
}

/** The schedules of a run, by ARN. */
export interface ScheduleStore {
  readonly get: (arn: string) => Schedule | undefined;
  /** In the order of their ARNs. */
  readonly all: () => readonly Schedule[];
  readonly put: (schedule: Schedule) => void;
  readonly remove: (arn: string) => void;
}

/** Lines that a file may have beyond two for each schedule before it is written anew. */
const SLACK = 1000;

/** A change, one to a line. What is within a schedule was checked when it was made. */
const ChangeSchema = z.union([
  z.object({ put: z.custom<Schedule>((value) => z.looseObject({ arn: z.string() }).safeParse(value).success) }),
  z.object({ remove: z.string() }),
]);

/** The store in memory or, given a file, as a log of changes there. */
export function createScheduleStore(file: string | undefined): ScheduleStore {
  const schedules = file === undefined ? new Map<string, Schedule>() : load(file);
  let lines = schedules.size;

  function write(change: z.infer<typeof ChangeSchema>): void {
    if (file === undefined) return;
    lines += 1;
    if (lines > 2 * schedules.size + SLACK) {
      rewrite(file, schedules);
      lines = schedules.size;
    } else {
      appendFileSync(file, `${JSON.stringify(change)}\n`);
    }
  }

  return {
    get: (arn) => schedules.get(arn),
    all: () => [...schedules.values()].toSorted((a, b) => (a.arn < b.arn ? -1 : 1)),
    put: (schedule) => {
      schedules.set(schedule.arn, schedule);
      write({ put: schedule });
    },
    remove: (arn) => {
      if (schedules.delete(arn)) write({ remove: arn });
    },
  };
}

/** A line that a crash cut short is left out. */
function load(file: string): Map<string, Schedule> {
  const schedules = new Map<string, Schedule>();
  mkdirSync(dirname(file), { recursive: true });
  if (!existsSync(file)) return schedules;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const change = ChangeSchema.safeParse(parseJson(line)).data;
    if (change && "put" in change) schedules.set(change.put.arn, change.put);
    else if (change) schedules.delete(change.remove);
  }
  rewrite(file, schedules);
  return schedules;
}

function rewrite(file: string, schedules: ReadonlyMap<string, Schedule>): void {
  const lines = [...schedules.values()].map((schedule) => `${JSON.stringify({ put: schedule })}\n`);
  writeFileSync(`${file}.new`, lines.join(""));
  renameSync(`${file}.new`, file);
}
