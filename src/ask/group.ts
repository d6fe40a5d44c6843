import type { Services } from "../aws/services.ts";
import { toGroup } from "../aws/canvas-table.ts";
import { toRecord } from "../aws/task-table.ts";
import type { GroupAnswer } from "../core/http/answer-schemas.ts";
import { rfc3339 } from "../core/http/answer.ts";
import type { StoredGroup, GroupEnd, GroupRecord } from "../core/record/canvas.ts";
import { MAX_LISTED, MAX_RESULT } from "../core/limits.ts";
import { chunkSize, chunkCount } from "../core/canvas/place.ts";

/** A member as a group's answer lists it. */
interface Child {
  readonly task_id: string;
  readonly status: string;
  readonly started: number | null;
}

/** A group's record, without its result. */
type GroupSummary = Omit<GroupAnswer, "result" | "result_url">;

/** A group's record with its result, as JSON text. */
export async function describeGroup(services: Services, record: GroupRecord): Promise<string> {
  const { group, end } = record;
  const children = await childrenOf(services, group, end);
  const counts = end ?? (await countsOf(services, group, children));
  const started = end?.started ?? earliest(children);
  const summary: GroupSummary = {
    task_id: group.id,
    kind: "group",
    status: end?.status ?? (children.some((child) => child.status !== "PENDING") ? "STARTED" : "PENDING"),
    error: end?.error ?? null,
    parent_id: group.parent,
    root_id: group.shared_root ?? group.root,
    group_id: group.group,
    group_index: group.group_index,
    total: group.total,
    completed: counts.completed,
    failed: counts.failed,
    children: children.map(({ task_id, status }) => ({ task_id, status })),
    created_at: rfc3339(group.created),
    started_at: rfc3339(started),
    done_at: rfc3339(end?.done ?? null),
    runtime: end === null || started === null ? null : (end.done - started) / 1000,
  };
  return withResult(services, summary, end);
}

/** A list above the size of a result shows as null, and still travels. */
async function withResult(services: Services, summary: GroupSummary, end: GroupEnd | null): Promise<string> {
  const result = end?.result ?? null;
  if (result === null || ("key" in result && result.bytes > MAX_RESULT))
    return JSON.stringify({ ...summary, result: null });
  return services.payloads.embed(summary, result);
}

/**
 * The first 1,000 members. One whose record was not written yet, or was settled before it had one, has the group's end
 * or waits.
 */
async function childrenOf(services: Services, group: StoredGroup, end: GroupEnd | null): Promise<Child[]> {
  const chunks = Math.min(chunkCount(group.total), Math.ceil(MAX_LISTED / chunkSize(group.total)));
  const members = (await services.canvases.allMembers(group.id, chunks)).slice(0, MAX_LISTED);
  const items = await services.table.getMany(members.map((member) => member.part.result));
  return members.map(({ part }) => {
    const item = items.get(part.result) ?? null;
    const inner = toGroup(item);
    if (inner !== null)
      return { task_id: part.result, status: inner.end?.status ?? "PENDING", started: inner.end?.started ?? null };
    const task = toRecord(item, services.now());
    return { task_id: part.result, status: task?.status ?? end?.status ?? "PENDING", started: task?.started ?? null };
  });
}

/** How many have ended, of a small group by its members, of a wide one by the sets of its chunks. */
async function countsOf(
  services: Services,
  group: StoredGroup,
  children: readonly Child[],
): Promise<{ completed: number; failed: number }> {
  if (group.total > MAX_LISTED) return services.canvases.counts(group.id, chunkCount(group.total));
  const completed = children.filter((child) => child.status === "SUCCESS").length;
  return {
    completed,
    failed: children.filter((child) => child.status === "FAILURE" || child.status === "REVOKED").length,
  };
}

function earliest(children: readonly Child[]): number | null {
  const times = children.map((child) => child.started).filter((time) => time !== null);
  return times.length === 0 ? null : times.reduce((a, b) => Math.min(a, b));
}
