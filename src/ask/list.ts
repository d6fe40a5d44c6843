import * as z from "zod";
import type { Services } from "../aws/services.ts";
import type { Entry } from "../aws/table.ts";
import { type Caller, mayAccess } from "../core/record/caller.ts";
import { bucketsOfDay, dayOf } from "../core/insights/buckets.ts";
import { invalidInput } from "../core/http/problem.ts";
import { MAX_OWN_STATES } from "../core/limits.ts";
import { isCommon, isOwnState } from "../core/record/states.ts";
import { type TaskRecord, moduleOf } from "../core/record/record.ts";
import type { ListRequest } from "../core/http/requests.ts";
import { lastPlace, readCursor, writeCursor } from "./cursor.ts";

/**
 * Records that one page reads while it filters, half a read unit each, and milliseconds that it may take: a page that
 * found little gives a cursor, and the next goes on.
 */
const READS_PER_PAGE = 10_000;
const LONGEST_PAGE = 8_000;
/**
 * Entries that one query asks each partition for, at least and at the most: a filter may drop most of them, and each
 * query after one that did asks for twice as many.
 */
const FEWEST_ENTRIES = 25;
const MOST_ENTRIES = 400;

/** A page of records, newest first, and where the next begins. */
export interface TaskPage {
  readonly records: readonly TaskRecord[];
  /** How many records were looked at. */
  readonly searched: number;
  readonly cursor: string | null;
}

/**
 * Lists the caller's tasks, newest first. Its work is bounded, so a page may be short though more follows.
 * @param wanted what a record must be besides what the request says. @default anything
 * @throws Problem 400 for a bad cursor, and for a state that no task was ever in.
 */
export async function listTasks(
  services: Services,
  request: ListRequest,
  caller: Caller,
  wanted: (record: TaskRecord) => boolean = () => true,
): Promise<TaskPage> {
  await refuseUnknownStatus(services, request.status);
  const now = services.now();
  const found: TaskRecord[] = [];
  let before =
    request.cursor === undefined
      ? lastPlace(Math.min(request.until ?? now, now) + CLOCK_SKEW)
      : readCursor(request.cursor);
  let reads = 0;
  let entriesEach = FEWEST_ENTRIES;
  const late = services.now() + LONGEST_PAGE;
  for (const partitions of await partitionGroups(services, request, before)) {
    let entries: Entry[];
    do {
      entries = await newest(services, partitions, {
        before,
        since: request.since,
        limit: Math.max(entriesEach, Math.min(MOST_ENTRIES, request.limit - found.length)),
      });
      const foundBefore = found.length;
      const records = await services.tasks.getMany(
        entries.map((entry) => entry.id),
        now,
      );
      const byId = new Map(records.map((record) => [record.id, record]));
      for (const entry of entries) {
        before = entry.seq;
        const record = byId.get(entry.id);
        const mine = record !== undefined && mayAccess(caller, record.call.owner);
        if (mine && matches(record, request) && wanted(record)) found.push(record);
        reads += 1;
        if (found.length === request.limit) return { records: found, searched: reads, cursor: writeCursor(before) };
      }
      if (found.length - foundBefore < entries.length / 2) entriesEach = Math.min(MOST_ENTRIES, entriesEach * 2);
      if (reads >= READS_PER_PAGE || services.now() > late)
        return { records: found, searched: reads, cursor: writeCursor(before) };
    } while (entries.length > 0);
  }
  return { records: found, searched: reads, cursor: null };
}

/**
 * A state that is misspelt would match nothing, as if there were no such task. States of tasks' own are known once a
 * task has been in them.
 */
async function refuseUnknownStatus(services: Services, status: string | undefined): Promise<void> {
  if (status === undefined || isCommon(status)) return;
  const own = await services.tasks.ownStates();
  if (own.has(status) || (own.size >= MAX_OWN_STATES && isOwnState(status))) return;
  const known = ["PENDING, STARTED, PROGRESS, RETRY, SUCCESS, FAILURE, REVOKED", ...own].slice(0, 20).join(", ");
  throw invalidInput([{ path: "/status", message: `is no state that a task here has been in; known are ${known}` }]);
}

/** Milliseconds by which the clock of a record's writer may be ahead of ours. */
const CLOCK_SKEW = 60_000;

/**
 * Milliseconds that an index may lag behind the table, with the time that a submission takes from its creation to its
 * record.
 */
const OVERLAP = 3_000;

/** One partition of an index. */
type Partition = { readonly index: string; readonly attribute: string; readonly value: string };

/**
 * What is to be read, one group after the other; the partitions of a group are merged. A root has one, each day has its
 * shards.
 */
async function partitionGroups(services: Services, request: ListRequest, before: string): Promise<Partition[][]> {
  if (request.root_id !== undefined) {
    // Merged: the tasks of a canvas are of one millisecond, so the root itself may stand anywhere among them.
    return [
      [
        { index: "root", attribute: "root_key", value: request.root_id },
        { index: "self", attribute: "id", value: request.root_id },
      ],
    ];
  }
  const days = await services.tasks.days();
  const since = request.since === undefined ? "" : dayOf(request.since);
  return days
    .filter((day) => day <= before.slice(0, 10) && day >= since)
    .toSorted()
    .toReversed()
    .map((day) => partitionsOf(request.status === "FAILURE" ? "failed" : "recent", day));
}

/** The partitions of the tasks of a day: all of them, or those that failed. */
function partitionsOf(index: "recent" | "failed", day: string): Partition[] {
  return bucketsOfDay(day).map((value) => ({ index, attribute: index, value }));
}

/** The newest entries of some partitions, merged. */
async function newest(
  services: Services,
  partitions: readonly Partition[],
  range: { before: string; since: number | undefined; limit: number },
): Promise<Entry[]> {
  const { before, limit } = range;
  const after = range.since === undefined ? undefined : new Date(range.since).toISOString();
  if (after !== undefined && after >= before) return [];
  const pages = await Promise.all(
    partitions.map((partition) =>
      partition.index === "self"
        ? rootItself(services, partition.value)
        : services.table.query({ ...partition, after, before, limit }),
    ),
  );
  // A range of both ends includes them; the place itself was on the page before.
  return pages
    .flat()
    .filter((entry) => entry.seq < before)
    .toSorted((a, b) => (a.seq < b.seq ? 1 : -1))
    .slice(0, limit);
}

/**
 * The caller's newest tasks that were created since a time, up to `limit`. The overlap brings those again that their
 * index told late.
 */
export async function newTasks(
  services: Services,
  since: number,
  limit: number,
  caller: Caller,
): Promise<TaskRecord[]> {
  const now = services.now();
  const days = new Set([dayOf(since - OVERLAP), dayOf(now)]);
  const partitions = [...days].flatMap((day) => partitionsOf("recent", day));
  const before = lastPlace(now + CLOCK_SKEW);
  const entries = await newest(services, partitions, { before, since: since - OVERLAP, limit });
  const ids = entries.map((entry) => entry.id);
  const records = await services.tasks.getMany(ids, now);
  return records.filter((record) => mayAccess(caller, record.call.owner));
}

/** A root is not in the index of what hangs on it. */
async function rootItself(services: Services, root: string): Promise<Entry[]> {
  const item = await services.table.get(root);
  const seq = z.string().safeParse(item?.["seq"]);
  return seq.success && item?.["kind"] === "task" ? [{ id: root, seq: seq.data }] : [];
}

function matches(record: TaskRecord, request: ListRequest): boolean {
  const { created, task, root } = record.call;
  return (
    (request.status === undefined || record.status === request.status) &&
    (request.task === undefined || task === request.task) &&
    (request.queue === undefined || moduleOf(task) === request.queue) &&
    (request.root_id === undefined || root === request.root_id) &&
    (request.since === undefined || created >= request.since) &&
    (request.until === undefined || created <= request.until)
  );
}
