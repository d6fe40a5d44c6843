import type { Services } from "../aws/services.ts";
import { toGroup } from "../aws/canvas-table.ts";
import { toRecord } from "../aws/task-table.ts";
import type { GroupAnswer } from "../core/http/answer-schemas.ts";
import { rfc3339 } from "../core/http/answer.ts";
import type { StoredGroup, GroupEnd, GroupRecord } from "../core/record/canvas.ts";
import { MAX_LISTED, MAX_RESULT } from "../core/limits.ts";
import { chunkSize, chunkCount } from "../core/canvas/place.ts";
import { progressOf } from "./progress.ts";

/** A member as a group's answer lists it. */
type Child = GroupAnswer["children"][number];

/** A group's record, without its result. */
type GroupSummary = Omit<GroupAnswer, "result" | "result_url">;

/** A group's record with its result, as JSON text. */
export async function describeGroup(services: Services, record: GroupRecord): Promise<string> {
  const { group, end } = record;
  const [children, progress] = await Promise.all([
    childrenOf(services, group, end),
    progressOf(services, [record]).then((all) => all.get(group.id)),
  ]);
  const started = progress?.started ?? null;
  const summary: GroupSummary = {
    task_id: group.id,
    kind: "group",
    status: progress?.status ?? "PENDING",
    error: end?.error ?? null,
    parent_id: group.parent,
    root_id: group.shared_root ?? group.root,
    group_id: group.group,
    group_index: group.group_index,
    total: group.total,
    completed: progress?.completed ?? 0,
    failed: progress?.failed ?? 0,
    children,
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
  const inner = await progressOf(
    services,
    members.flatMap(({ part }) => toGroup(items.get(part.result) ?? null) ?? []),
  );
  return members.map(({ part: { result } }) => {
    const task = toRecord(items.get(result) ?? null, services.now());
    return { task_id: result, status: inner.get(result)?.status ?? task?.status ?? end?.status ?? "PENDING" };
  });
}
