import { runsOfDay, toCanvas, toGroup, toRoot } from "../aws/canvas-table.ts";
import type { Services } from "../aws/services.ts";
import { toRecord } from "../aws/task-table.ts";
import type { Part } from "../core/canvas/place.ts";
import { chunkCount } from "../core/canvas/place.ts";
import type { RunAnswer, RunsAnswer } from "../core/http/answer-schemas.ts";
import { rfc3339 } from "../core/http/answer.ts";
import type { RunsRequest } from "../core/http/requests.ts";
import { inParallel } from "../core/parallel.ts";
import { type Caller, mayAccess } from "../core/record/caller.ts";
import type { About, Root } from "../core/record/canvas.ts";
import { isFinal, isRunning } from "../core/record/states.ts";
import { lastPlace, readCursor, writeCursor } from "./cursor.ts";
import { isWide, progressOf } from "./progress.ts";

/** Submissions that one page looks at while it filters, and how many it reads at once. */
const READS_PER_PAGE = 2_000;
const FEWEST_ENTRIES = 25;
/** Parts of one run that are looked at to count its tasks. */
const MAX_PARTS = 2_500;
/** Milliseconds by which the clock of a submission's writer may be ahead of ours. */
const CLOCK_SKEW = 60_000;

/** A submission that may be listed. */
interface Listed {
  readonly root: Root;
  readonly about: About;
}

/**
 * The caller's canvas runs, newest first, each with a state of its own. Its work is bounded, so a page may be short
 * though more follows. @throws Problem 400 for a bad cursor.
 */
export async function listRuns(services: Services, request: RunsRequest, caller: Caller): Promise<RunsAnswer> {
  const now = services.now();
  const found: RunAnswer[] = [];
  let before =
    request.cursor === undefined
      ? lastPlace(Math.min(request.until ?? now, now) + CLOCK_SKEW)
      : readCursor(request.cursor);
  const since = request.since === undefined ? undefined : new Date(request.since).toISOString();
  let reads = 0;
  for (const day of await daysOf(services, before, since)) {
    for (;;) {
      if (since !== undefined && since >= before) return { canvases: found, cursor: null };
      const limit = Math.max(FEWEST_ENTRIES, request.limit - found.length);
      const page = await services.table.query({
        index: "recent",
        attribute: "recent",
        value: runsOfDay(day),
        after: since,
        before,
        limit,
      });
      // A range of both ends includes them; the place itself was on the page before.
      const entries = page.filter(({ seq }) => seq < before);
      const items = await services.table.getMany(entries.map(({ id }) => id));
      const listed = entries.map(({ id }) => listedOf(toRoot(items.get(id) ?? null), request, caller));
      const runs = await inParallel(listed, (one) => (one === null ? Promise.resolve(null) : runOf(services, one)));
      for (const [at, entry] of entries.entries()) {
        before = entry.seq;
        const run = runs[at] ?? null;
        if (run !== null && (request.status === undefined || run.status === request.status)) found.push(run);
        if (found.length === request.limit) return { canvases: found, cursor: writeCursor(before) };
      }
      reads += entries.length;
      if (entries.length === 0) break;
      if (reads >= READS_PER_PAGE) return { canvases: found, cursor: writeCursor(before) };
    }
  }
  return { canvases: found, cursor: null };
}

/** The days on which something was submitted, newest first, as far as the range goes. */
async function daysOf(services: Services, before: string, since: string | undefined): Promise<string[]> {
  const days = await services.tasks.days();
  const last = since?.slice(0, 10) ?? "";
  return days.filter((day) => day <= before.slice(0, 10) && day >= last).toSorted((a, b) => (a < b ? 1 : -1));
}

/** A submission that the caller may see and that the request may be for; of an ended one the state is known. */
function listedOf(root: Root | null, request: RunsRequest, caller: Caller): Listed | null {
  if (root === null || root.about === null || !mayAccess(caller, root.about.owner)) return null;
  const { about, created, end, top } = root;
  if (request.until !== undefined && created > request.until) return null;
  if (request.status !== undefined && end !== null && end.status !== request.status) return null;
  if (request.name !== undefined && about.name !== request.name) return null;
  const text = [about.name ?? "", about.shape, top.result, about.root, root.correlation].join("\n").toLowerCase();
  const words = (request.text ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => text.includes(word)) ? { root, about } : null;
}

/** One run by its submission; null where nobody is told of it by itself. */
export async function runOfRoot(services: Services, root: Root): Promise<RunAnswer | null> {
  return root.about === null ? null : runOf(services, { root, about: root.about });
}

async function runOf(services: Services, { root, about }: Listed): Promise<RunAnswer> {
  const { top, created, end } = root;
  const { kind, ...counts } = await countRun(services, root);
  const begun = counts.completed + counts.failed + counts.running > 0;
  // Of one that ended before its end was kept, its members tell.
  const known = root.done ? (counts.failed > 0 ? "FAILURE" : "SUCCESS") : begun ? "STARTED" : "PENDING";
  const until = end?.done ?? (root.done ? null : services.now());
  return {
    task_id: top.result,
    root_id: about.root,
    name: about.name,
    kind,
    shape: about.shape,
    status: end?.status ?? known,
    error: end?.error ?? null,
    submitted_by: about.owner?.principal ?? null,
    origin: about.origin,
    created_at: rfc3339(created),
    done_at: rfc3339(end?.done ?? null),
    duration: until === null ? null : Math.max(0, until - created) / 1000,
    ...counts,
  };
}

/** How a run's tasks fare; the members of a wide group count, whatever they are. */
interface RunCounts extends Pick<RunAnswer, "total" | "completed" | "failed" | "running"> {
  readonly kind: RunAnswer["kind"];
}

/** Runs that have ended, as this environment counted them, by their result and epoch; the oldest go first. */
const counted = new Map<string, RunCounts>();
const MAX_COUNTED = 5_000;

async function countRun(services: Services, root: Root): Promise<RunCounts> {
  const key = `${root.top.result} ${root.epoch}`;
  const known = root.done ? counted.get(key) : undefined;
  if (known !== undefined) return known;
  const counts = await walk(services, root.top);
  if (!root.done) return counts;
  counted.set(key, counts);
  for (const oldest of counted.keys()) {
    if (counted.size <= MAX_COUNTED) break;
    counted.delete(oldest);
  }
  return counts;
}

/** Counts level by level: a read of many items for each, and what the chunks of wide groups know of them. */
async function walk(services: Services, top: Part): Promise<RunCounts> {
  const counts = { total: 0, completed: 0, failed: 0, running: 0 };
  let kind: RunAnswer["kind"] = "chain";
  let level: readonly Part[] = [top];
  let looked = 0;
  while (level.length > 0) {
    const parts = level.slice(0, Math.max(0, MAX_PARTS - looked));
    looked += parts.length;
    // What is beyond counts, and nobody looks at how it fares.
    counts.total += level.length - parts.length;
    const items = await services.table.getMany(parts.map(({ id }) => id));
    const inner = await inParallel(parts, async (part): Promise<readonly Part[]> => {
      const item = items.get(part.id) ?? null;
      const canvas = toCanvas(item);
      if (canvas === null) {
        add(counts, toRecord(item, services.now())?.status ?? "PENDING");
        return [];
      }
      if (part === top) ({ kind } = canvas);
      if (canvas.kind === "chain") return canvas.steps;
      if (canvas.kind === "chord") return [{ id: canvas.header, task: null, result: canvas.header }, canvas.body];
      const group = toGroup(item);
      if (group === null) return [];
      if (!isWide(canvas.total)) {
        const members = await services.canvases.allMembers(canvas.id, chunkCount(canvas.total));
        return members.map((member) => member.part);
      }
      const known = group.end ?? (await progressOf(services, [group])).get(canvas.id);
      counts.total += canvas.total;
      counts.completed += known?.completed ?? 0;
      counts.failed += known?.failed ?? 0;
      return [];
    });
    level = inner.flat();
  }
  return { ...counts, kind };
}

function add(counts: { total: number; completed: number; failed: number; running: number }, status: string): void {
  counts.total += 1;
  if (status === "SUCCESS") counts.completed += 1;
  else if (isFinal(status)) counts.failed += 1;
  else if (isRunning(status)) counts.running += 1;
}
