import { systemClock } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { createVolatileStorage, type Storage } from "../storage/storage.ts";
import type { AwsService } from "../types.ts";
import { createApi } from "./api.ts";
import { createRunner } from "./runner.ts";
import type { Deliver } from "./runner.ts";
import { arnOf, DEFAULT_GROUP, timingOf } from "./spec.ts";
import type { Spec } from "./spec.ts";
import { createScheduleStore } from "./store.ts";
import type { Schedule } from "./store.ts";

export interface SchedulerOptions {
  readonly deliver: Deliver;
  readonly log: Log;
  /** Where schedules outlive the run. Default: nowhere. */
  readonly storage?: Storage | undefined;
  /** Default: the machine's own. */
  readonly clock?: Clock | undefined;
}

/** EventBridge Scheduler: schedules of templates and of its API, invoking queues and functions. */
export interface Scheduler {
  readonly service: AwsService;
  /** Takes over the schedules and groups of an assembly as a change to those before. Returns what changed, by name. */
  readonly deploy: (specs: readonly Spec[], groups: readonly string[]) => readonly string[];
  readonly stop: () => void;
}

/** How far back, in milliseconds, a start looks for occurrences of recurring schedules that nobody has run. */
const LOOK_BACK = 60_000;

/** Starts the scheduler with what its storage holds. One-time schedules that came due meanwhile run now. */
export function createScheduler(options: SchedulerOptions): Scheduler {
  const { deliver, log, storage = createVolatileStorage(), clock = systemClock } = options;
  const store = createScheduleStore(storage);
  const runner = createRunner({ clock, deliver, store, log });
  let groups: ReadonlySet<string> = new Set([DEFAULT_GROUP]);

  function put(spec: Spec, deployed: boolean): Schedule {
    const arn = arnOf(spec);
    const existing = store.get(arn);
    // No two versions have the same time: that is how an invocation knows whether it was about this one.
    const now = Math.max(clock.now(), (existing?.modifiedAt ?? 0) + 1);
    const schedule: Schedule = {
      arn,
      spec,
      createdAt: existing?.createdAt ?? now,
      modifiedAt: now,
      last: null,
      deployed,
    };
    store.put(schedule);
    runner.plan(schedule);
    return schedule;
  }

  function remove(arn: string): void {
    runner.forget(arn);
    store.remove(arn);
  }

  function deploy(specs: readonly Spec[], names: readonly string[]): readonly string[] {
    groups = new Set([DEFAULT_GROUP, ...names]);
    const wanted = new Set(specs.map(arnOf));
    const gone = store.all().filter(({ arn, deployed }) => deployed && !wanted.has(arn));
    for (const { arn } of gone) remove(arn);
    const changed = specs.filter((spec) => {
      const existing = store.get(arnOf(spec));
      if (existing) return !existing.deployed || JSON.stringify(existing.spec) !== JSON.stringify(spec);
      // Where it was deployed in time it has run by now.
      return !isOver(spec, clock.now());
    });
    for (const spec of changed) put(spec, true);
    return [...changed, ...gone.map(({ spec }) => spec)].map(({ Name }) => `schedule ${Name}`);
  }

  const api = createApi({ store, clock, groups: () => groups, put: (spec) => put(spec, false), remove });
  for (const schedule of store.all()) {
    const last = Math.max(schedule.last ?? schedule.modifiedAt - 1, clock.now() - LOOK_BACK);
    runner.plan(timingOf(schedule.spec).kind === "at" ? schedule : { ...schedule, last });
  }

  return {
    service: async (request) => {
      const answer = await api(request);
      await storage.written();
      return answer;
    },
    deploy,
    stop: runner.stop,
  };
}

function isOver(spec: Spec, now: number): boolean {
  const timing = timingOf(spec);
  return timing.kind === "at" && timing.next(now, 0) === null;
}
