import type { Cancel, Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { messageOf } from "../values.ts";
import { inputOf } from "./input.ts";
import { timingOf } from "./spec.ts";
import type { Spec } from "./spec.ts";
import type { Schedule, ScheduleStore } from "./store.ts";

/** Sends an input to the queue or function of an ARN, in the name of a schedule and its role. Rejects if it cannot. */
export type Deliver = (
  arn: string,
  input: string,
  messageGroupId: string | undefined,
  sender: { readonly arn: string; readonly roleArn: string },
) => Promise<unknown>;

export interface RunnerOptions {
  readonly clock: Clock;
  readonly deliver: Deliver;
  readonly store: ScheduleStore;
  readonly log: Log;
}

/** Invokes the targets of schedules when they are due. */
export interface Runner {
  /** Looks at a schedule anew: call it when one was made or changed. */
  readonly plan: (schedule: Schedule) => void;
  readonly forget: (arn: string) => void;
  readonly stop: () => void;
}

interface Planned {
  readonly schedule: Schedule;
  readonly due: number;
  /** When the target is invoked. */
  readonly at: number;
}

/** Milliseconds within which Scheduler invokes a target: one that is due at 1:00 between 1:00:00 and 1:00:59. */
const PRECISION = 60_000;

/** The longest wait for the clock, in milliseconds: a machine that slept knows nothing of it. */
const MAX_WAIT = 60_000;

/** Milliseconds between attempts at a target that refuses, at first and at the most; they double in between. */
const BACKOFF = { first: 1000, most: 60_000 };

/** Nothing planned yet. */
export function createRunner({ clock, deliver, store, log }: RunnerOptions): Runner {
  const planned = new Map<string, Planned>();
  const waits = new Set<Cancel>();
  let wakeTime = Number.POSITIVE_INFINITY;
  let cancelWake: Cancel = () => {};
  let stopped = false;

  function plan(schedule: Schedule): void {
    planned.delete(schedule.arn);
    const due = nextDue(schedule);
    if (due === null || stopped) return;
    const at = due + Math.floor(clock.random() * windowOf(schedule.spec));
    planned.set(schedule.arn, { schedule, due, at });
    wakeAt(at);
  }

  function wakeAt(time: number): void {
    if (time >= wakeTime) return;
    cancelWake();
    wakeTime = time;
    cancelWake = clock.after(Math.min(MAX_WAIT, Math.max(0, time - clock.now())), wake);
  }

  function wake(): void {
    wakeTime = Number.POSITIVE_INFINITY;
    const overdue = [...planned.values()].filter(({ at }) => at <= clock.now());
    for (const { schedule, due } of overdue) {
      run(schedule, due).catch((error: unknown) => log.line("ERROR", schedule.arn, messageOf(error)));
    }
    for (const { at } of planned.values()) wakeAt(at);
  }

  async function run(schedule: Schedule, due: number): Promise<void> {
    // What a machine slept through does not come again and again when it wakes.
    const next = { ...schedule, last: Math.max(due, clock.now() - windowOf(schedule.spec)) };
    // What comes after it does not wait for a target that refuses.
    plan(next);
    await invoke(schedule, due);
    // It may have been changed or deleted meanwhile.
    const current = store.get(schedule.arn);
    if (!current || current.modifiedAt !== schedule.modifiedAt) return;
    if (nextDue(next) === null && schedule.spec.ActionAfterCompletion === "DELETE") store.remove(schedule.arn);
    else store.put({ ...current, last: Math.max(next.last, current.last ?? 0) });
  }

  /** Tries for as often and as long as the retry policy says; then the input goes to the dead-letter queue. */
  async function invoke(schedule: Schedule, due: number): Promise<void> {
    const { Arn, RoleArn, SqsParameters, RetryPolicy, DeadLetterConfig } = schedule.spec.Target;
    const sender = { arn: schedule.arn, roleArn: RoleArn };
    let pause = BACKOFF.first;
    for (let attempt = 1; ; attempt += 1) {
      const input = inputOf(schedule, due, attempt);
      try {
        await deliver(Arn, input, SqsParameters?.MessageGroupId, sender);
        return;
      } catch (error) {
        const isTooOld = clock.now() + pause - due > RetryPolicy.MaximumEventAgeInSeconds * 1000;
        if (attempt > RetryPolicy.MaximumRetryAttempts || isTooOld) {
          log.line("ERROR", schedule.arn, `gave up after attempt ${attempt}: ${messageOf(error)}`);
          if (DeadLetterConfig?.Arn !== undefined) await deliver(DeadLetterConfig.Arn, input, undefined, sender);
          return;
        }
        if (attempt === 1) log.line("WARN", schedule.arn, `will try again: ${messageOf(error)}`);
      }
      await wait(pause);
      pause = Math.min(2 * pause, BACKOFF.most);
    }
  }

  function wait(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.after(milliseconds, () => {
      waits.delete(cancel);
      resolve();
    });
    waits.add(cancel);
    return promise;
  }

  return {
    plan,
    forget: (arn) => void planned.delete(arn),
    stop: () => {
      stopped = true;
      cancelWake();
      for (const cancel of waits) cancel();
      planned.clear();
    },
  };
}

/** The scheduled time of the next invocation; null if there is none. */
export function nextDue({ spec, last, modifiedAt }: Schedule): number | null {
  if (spec.State === "DISABLED") return null;
  const timing = timingOf(spec);
  // Even a past one: it may have come due while nothing ran.
  if (timing.kind === "at") return last === null ? timing.next(Number.NEGATIVE_INFINITY, 0) : null;
  const start = spec.StartDate ?? modifiedAt;
  const after = Math.max(last ?? modifiedAt - 1, start - 1);
  const due = timing.next(after, start);
  return due !== null && due <= (spec.EndDate ?? Number.POSITIVE_INFINITY) ? due : null;
}

function windowOf({ FlexibleTimeWindow }: Spec): number {
  return FlexibleTimeWindow.Mode === "FLEXIBLE" ? (FlexibleTimeWindow.MaximumWindowInMinutes ?? 1) * 60_000 : PRECISION;
}
