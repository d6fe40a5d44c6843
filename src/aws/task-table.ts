import * as z from "zod";
import { bucketOf, dayOf, seqOf } from "../core/insights/buckets.ts";
import type { TaskError } from "../core/errors.ts";
import { LAST_MESSAGE, MAX_RETENTION } from "../core/limits.ts";
import type { Call } from "../core/record/message.ts";
import type { Progress, Replacement, TaskEvent, TaskRecord } from "../core/record/record.ts";
import { OwnStates } from "./own-states.ts";
import type { Item, Table } from "./table.ts";
import { FORGETTABLE, type StoredEnd, eventOn, eventText, toRecord } from "./task-item.ts";

export { toRecord } from "./task-item.ts";

const PENDING_OR_RETRY = "#status IN (:pending, :retry)";
const NOT_FINAL = "NOT #status IN (:success, :failure, :revoked)";
const waiting = { pending: "PENDING", retry: "RETRY" } as const;
const final = { success: "SUCCESS", failure: "FAILURE", revoked: "REVOKED" } as const;
/** Whatever a task calls the state that it is in: it waits for no attempt, and has not ended. */
const RUNNING = "NOT #status IN (:pending, :retry, :success, :failure, :revoked)";
const notRunning = { ...waiting, ...final } as const;

/** The item that has the days. */
const DAYS = "days";
const DaysSchema = z.object({ days: z.set(z.string()) });

/**
 * Tasks in the table: each method is one step of the protocol, one conditional write. Times in milliseconds since 1970.
 */
export class TaskTable {
  readonly #table: Table;
  readonly #retention: number;
  readonly #noted = new Set<string>();
  readonly #states: OwnStates;

  /** @param retention seconds for which a record outlives its task. */
  constructor(table: Table, retention: number) {
    this.#table = table;
    this.#retention = retention;
    this.#states = new OwnStates(table);
  }

  /** The record of `id`, or null where there is none or its time is over (DynamoDB deletes days late). */
  async get(id: string, now: number, options: { consistent?: boolean } = {}): Promise<TaskRecord | null> {
    return toRecord(await this.#table.get(id, options), now);
  }

  /** The records of `ids`, in their order; those that are gone are left out. */
  async getMany(ids: readonly string[], now: number, options: { consistent?: boolean } = {}): Promise<TaskRecord[]> {
    const items = await this.#table.getMany(ids, options);
    return ids.map((id) => toRecord(items.get(id) ?? null, now)).filter((record) => record !== null);
  }

  /** The days (`2026-11-22`) on which tasks were created: a listing asks no others. */
  async days(): Promise<string[]> {
    const item = await this.#table.get(DAYS, { consistent: false });
    return [...(DaysSchema.safeParse(item).data?.days ?? [])];
  }

  /**
   * Notes a task's day, once a process and day: it costs next to nothing, and spares each listing a hundred empty
   * queries.
   */
  async noteDay(time: number): Promise<void> {
    const day = dayOf(time);
    if (this.#noted.has(day)) return;
    await this.#table.update({ id: DAYS, addToSet: { days: [day] } });
    this.#noted.add(day);
  }

  /** The states of their own that tasks have been in so far. */
  readonly ownStates = (): Promise<ReadonlySet<string>> => this.#states.all();

  /** Writes the record of a task that was submitted, unless its worker was faster. @returns whether it was written. */
  async submit(id: string, call: Call): Promise<boolean> {
    await this.noteDay(call.created);
    return this.#table.putIfAbsent(this.item(id, call));
  }

  /** The item of a task that was submitted. */
  item(id: string, call: Call): Item {
    return { id, ...this.#beginning(id, call), status: "PENDING", attempt: 0 };
  }

  /** Takes a task that waits for this attempt. With a call, its record is made where the submitter was slower. */
  async claim(claim: {
    id: string;
    attempt: number;
    fence: string;
    now: number;
    leaseFor: number;
    call: Call | undefined;
  }): Promise<TaskRecord | null> {
    const event = eventText({ status: "STARTED", at: claim.now, attempt: claim.attempt });
    const known = `#attempt = :attempt AND ${PENDING_OR_RETRY}`;
    return this.#started({
      ...claim,
      set: claim.call === undefined ? {} : this.#beginning(claim.id, claim.call),
      remove: ["terminate"],
      event,
      when: claim.call === undefined ? known : `attribute_not_exists(id) OR (${known})`,
      values: { ...waiting, attempt: claim.attempt },
    });
  }

  /** Takes over a task whose environment was lost: the lease of the fence `from` is over. */
  async takeOver(claim: {
    id: string;
    attempt: number;
    fence: string;
    now: number;
    leaseFor: number;
    from: string;
    lost: number;
  }): Promise<TaskRecord | null> {
    const event = eventText({ status: "STARTED", at: claim.now, attempt: claim.attempt });
    const taken = await this.#started({
      ...claim,
      set: { lost: claim.lost },
      // What was to be stopped is still to be stopped.
      remove: [],
      event,
      // One that replaced itself a moment ago is not run again.
      when: `#fence = :from AND attribute_not_exists(#replacement) AND ${NOT_FINAL}`,
      values: { ...final, from: claim.from },
    });
    return taken ?? this.#ifMine(claim.id, claim.fence, claim.attempt, claim.now);
  }

  /** The record where a write that was refused had succeeded before, and only its answer was lost; else null. */
  async #ifMine(id: string, fence: string, attempt: number, now: number): Promise<TaskRecord | null> {
    const record = await this.get(id, now);
    return record?.fence === fence && record.attempt === attempt && record.done === null ? record : null;
  }

  async #started(claim: {
    id: string;
    attempt: number;
    fence: string;
    now: number;
    leaseFor: number;
    set: Item;
    remove: readonly string[];
    event: string;
    when: string;
    values: Item;
  }): Promise<TaskRecord | null> {
    const item = await this.#table.update({
      id: claim.id,
      set: {
        ...claim.set,
        status: "STARTED",
        attempt: claim.attempt,
        fence: claim.fence,
        lease: claim.now + claim.leaseFor * 1000,
        started: claim.now,
      },
      remove: ["error", "progress", "dead", "replacement", ...claim.remove],
      append: eventOn(claim.attempt, claim.event),
      when: claim.when,
      values: claim.values,
    });
    return toRecord(item, claim.now);
  }

  /** Ends the attempt that `fence` holds. @returns the record, or null where another holds the task. */
  finish(id: string, fence: string, attempt: number, end: StoredEnd, now: number): Promise<TaskRecord | null> {
    return this.#end(id, attempt, end, { now, last: now }, {}, `#fence = :mine AND ${NOT_FINAL}`, {
      ...final,
      mine: fence,
    });
  }

  /**
   * Ends a task that has not started (expired, given up); with a call, also one whose record is not there yet. One that
   * waits for another attempt is left as it is: a stale look must not end it. The record is kept for as long after the
   * task's message comes as others after their end: a message that met none would make it anew, and run.
   * @param due when the message comes, where that is later than the call says.
   */
  finishUnstarted(
    id: string,
    attempt: number,
    end: StoredEnd,
    now: number,
    call: Call | undefined,
    due: number | null = null,
  ): Promise<TaskRecord | null> {
    const last = Math.max(now, call?.eta ?? 0, due ?? 0);
    const known = `#attempt = :attempt AND ${PENDING_OR_RETRY}`;
    const when = call === undefined ? known : `attribute_not_exists(id) OR (${known})`;
    return this.#end(id, attempt, end, { now, last }, call === undefined ? {} : this.#beginning(id, call), when, {
      ...waiting,
      attempt,
    });
  }

  async #end(
    id: string,
    attempt: number,
    end: StoredEnd,
    { now, last }: { readonly now: number; readonly last: number },
    set: Item,
    when: string,
    values: Item,
  ): Promise<TaskRecord | null> {
    const listed = end.status === "FAILURE";
    const item = await this.#table.update({
      id,
      set: {
        ...set,
        ...(listed && { failed: set["recent"] }),
        attempt,
        status: end.status,
        done: now,
        runtime: end.runtime ?? undefined,
        result: end.result === null ? undefined : JSON.stringify(end.result),
        error: end.error === null ? undefined : JSON.stringify(end.error),
        progress: end.progress ? JSON.stringify(end.progress) : undefined,
        dead: end.dead,
        ttl: Math.ceil(last / 1000) + this.#retention,
      },
      // One that has a record is in `recent` there.
      ...(listed && set["recent"] === undefined && { copy: { failed: "recent" } }),
      remove: ["lease", ...(end.error === null ? ["error"] : [])],
      append: { events: [eventText({ status: end.status, at: now, attempt })] },
      addToSet: { children: end.children },
      when,
      values,
    });
    return toRecord(item, now);
  }

  /** Stores that the attempt that `fence` holds will be followed by another, unless it is to be stopped. */
  async retry(retry: {
    id: string;
    fence: string;
    attempt: number;
    retries: number;
    error: TaskError;
    runtime: number;
    due: number;
    now: number;
  }): Promise<TaskRecord | null> {
    const item = await this.#table.update({
      id: retry.id,
      set: {
        status: "RETRY",
        attempt: retry.attempt + 1,
        retries: retry.retries + 1,
        due: retry.due,
        error: JSON.stringify(retry.error),
        runtime: retry.runtime,
        lost: 0,
        ttl: this.#waitingTtl(retry.due),
      },
      remove: ["lease", "progress"],
      append: eventOn(retry.attempt, eventText({ status: "RETRY", at: retry.now, attempt: retry.attempt })),
      // A call that the SDK tries again since its answer was lost must not be noted twice.
      when: `#fence = :mine AND #attempt = :attempt AND attribute_not_exists(#terminate) AND ${NOT_FINAL}`,
      values: { ...final, mine: retry.fence, attempt: retry.attempt },
    });
    return toRecord(item, retry.now) ?? this.#ifMine(retry.id, retry.fence, retry.attempt + 1, retry.now);
  }

  /**
   * Makes a dead task wait for its next attempt. It stays among the dead until that is claimed, so that a redrive that
   * crashed before it sent the message is made good by the next.
   * @returns whether it waits for that attempt now, by this call or by another.
   */
  async revive(id: string, attempt: number, now: number): Promise<boolean> {
    const item = await this.#table.update({
      id,
      set: { status: "PENDING", attempt: attempt + 1, lost: 0, due: now },
      remove: ["error", "done", "runtime", "progress", "terminate", "failed"],
      when: "attribute_exists(#dead) AND #status = :failure AND #attempt = :attempt",
      values: { failure: "FAILURE", attempt },
    });
    if (item !== null) return true;
    const record = await this.get(id, now);
    return record?.status === "PENDING" && record.attempt === attempt + 1;
  }

  /**
   * Stores what runs in the place of the attempt that `fence` holds, once, unless the task is to be stopped. Nobody
   * runs the task itself any more, so the lease ends.
   */
  async replace(replaced: {
    id: string;
    fence: string;
    replacement: Replacement;
    runtime: number;
    now: number;
  }): Promise<TaskRecord | null> {
    const item = await this.#table.update({
      id: replaced.id,
      set: {
        replacement: JSON.stringify(replaced.replacement),
        runtime: replaced.runtime,
        // As long as a canvas that starts now is kept.
        ttl: Math.ceil(replaced.now / 1000) + LAST_MESSAGE + this.#retention,
      },
      remove: ["lease"],
      addToSet: { children: [replaced.replacement.top.result] },
      when: `#fence = :mine AND attribute_not_exists(#replacement) AND attribute_not_exists(#terminate) AND ${NOT_FINAL}`,
      values: { ...final, mine: replaced.fence },
    });
    return toRecord(item, replaced.now);
  }

  /**
   * Stores what the attempt that `fence` holds says of itself. Never touches a task that has ended, or waits for its
   * next attempt.
   * @param event what is to be kept of it, or null.
   */
  async report(
    id: string,
    fence: string,
    report: { readonly status: string; readonly progress: Progress | null },
    event: TaskEvent | null,
  ): Promise<void> {
    const { status, progress } = report;
    await this.#states.note(status);
    await this.#table.update({
      id,
      set: { status, progress: progress === null ? undefined : JSON.stringify(progress) },
      append: event === null ? {} : { events: [eventText(event)] },
      // An event that the SDK sends again since its answer was lost must not be noted twice.
      when: `#fence = :mine AND ${RUNNING}${event === null ? "" : " AND #status <> :said"}`,
      values: { ...notRunning, mine: fence, ...(event === null ? {} : { said: status }) },
    });
  }

  /**
   * Says that what runs of a task, or in its place, is to be stopped: its supervisor looks at the record now and then.
   * @returns the record, or null where nothing runs of it: it waits, or has ended.
   */
  async terminate(id: string, now: number): Promise<TaskRecord | null> {
    const item = await this.#table.update({
      id,
      set: { terminate: true },
      when: `attribute_exists(id) AND ${RUNNING}`,
      values: notRunning,
    });
    return toRecord(item, now);
  }

  /**
   * Empties the record of a task that has ended, and takes it out of every index. What is left keeps a late message
   * from running it again, for as long as SQS may hold one.
   */
  async forget(id: string, now: number): Promise<void> {
    await this.#table.update({
      id,
      set: { kind: "forgotten", ttl: Math.ceil(now / 1000) + LAST_MESSAGE },
      remove: FORGETTABLE,
      when: "#kind = :task AND #status IN (:success, :failure, :revoked)",
      values: { ...final, task: "task" },
    });
  }

  /** Notes how many pages of children lie beside a task's record; fewer than before count for nothing. */
  async noteChildPages(id: string, pages: number): Promise<void> {
    await this.#table.update({
      id,
      set: { child_pages: pages },
      when: "#kind = :task AND (attribute_not_exists(#child_pages) OR #child_pages < :pages)",
      values: { task: "task", pages },
    });
  }

  /** Notes tasks that a running task submitted, in its record: the first of them. */
  async addChildren(id: string, children: readonly string[]): Promise<void> {
    await this.#table.update({ id, addToSet: { children }, when: "attribute_exists(id)" });
  }

  /** The attributes that a task begins with and keeps. */
  #beginning(id: string, call: Call): Item {
    const alive = Math.max(call.created, call.eta ?? 0, call.expires ?? 0) / 1000;
    return {
      kind: "task",
      task: call.task,
      call: JSON.stringify(call),
      recent: bucketOf(id, call.created),
      seq: seqOf(id, call.created),
      root_key: call.root === id ? undefined : call.root,
      ttl: this.#waitingTtl(alive * 1000),
    };
  }

  /**
   * When the record of a task that waits may go: a message may wait as long as SQS keeps it, 14 days, after its task is
   * due.
   */
  #waitingTtl(due: number): number {
    return Math.ceil(due / 1000) + MAX_RETENTION + this.#retention;
  }
}
