import * as z from "zod";
import { readable } from "../storage/readable.ts";
import type { Storage } from "../storage/storage.ts";
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

/** What is within a schedule was checked when it was made. */
const StoredSchedule = z.custom<Schedule>((value) => z.looseObject({ arn: z.string() }).safeParse(value).success);

/** The schedules of a storage, in its collection `scheduler/schedules`. */
export function createScheduleStore(storage: Storage): ScheduleStore {
  const collection = storage.collection("scheduler/schedules");
  const schedules = new Map(
    readable("scheduler/schedules", collection, (value) => StoredSchedule.parse(JSON.parse(String(value)))),
  );
  return {
    get: (arn) => schedules.get(arn),
    all: () => [...schedules.values()].toSorted((a, b) => (a.arn < b.arn ? -1 : 1)),
    put: (schedule) => {
      schedules.set(schedule.arn, schedule);
      if (storage.durable !== false) collection.put(schedule.arn, JSON.stringify(schedule));
    },
    remove: (arn) => {
      if (schedules.delete(arn)) collection.remove(arn);
    },
  };
}
