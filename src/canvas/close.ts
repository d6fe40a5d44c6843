import { toGroup } from "../aws/canvas-table.ts";
import { answerToken } from "../aws/engine.ts";
import type { Services } from "../aws/services.ts";
import { toRecord } from "../aws/task-table.ts";
import type { StoredCanvas, StoredGroup, GroupEnd } from "../core/record/canvas.ts";
import { WorkerLost, describeError } from "../core/errors.ts";
import type { Payload } from "../core/record/message.ts";
import { inParallel } from "../core/parallel.ts";
import { type Part, chunkCount } from "../core/canvas/place.ts";
import { type BadEnd, endOf, errorType } from "../core/record/end.ts";
import { canvasEnded } from "../end/ended.ts";
import { endParts } from "../end/parts.ts";

/** What of a member that has ended its group is made of. */
type MemberResult = Pick<GroupEnd, "status" | "result" | "error" | "started">;

/** Makes the result of a group whose members have ended, the list or the first error, and tells those around it. */
export async function closeGroup(services: Services, id: string, token: string): Promise<void> {
  const record = await services.canvases.group(id);
  if (record === null) return answerToken(token, "gone");
  const end = record.end ?? (await services.canvases.endGroup(id, await groupEnd(services, record.group, null)));
  const outer = endOf(id, { status: end.status, error: end.first ?? end.error });
  await canvasEnded(services, record.group, outer);
  await answerToken(token, errorType(outer));
}

/**
 * Ends a group whose members have ended, without telling anybody.
 * @param unrun what became of members that never had a record.
 */
export async function endGroup(services: Services, canvas: StoredCanvas, unrun: BadEnd): Promise<void> {
  if (canvas.kind === "group") await services.canvases.endGroup(canvas.id, await groupEnd(services, canvas, unrun));
}

async function groupEnd(services: Services, group: StoredGroup, unrun: BadEnd | null): Promise<GroupEnd> {
  const members = await memberResults(services, group, unrun);
  const bad = members.filter((member) => member.status !== "SUCCESS");
  const started = members.map((member) => member.started).filter((time) => time !== null);
  const common = {
    done: services.now(),
    started: started.length === 0 ? null : started.reduce((a, b) => Math.min(a, b)),
    first: null,
    completed: members.length - bad.length,
    failed: bad.length,
  };
  // Without members nothing says that it was revoked but the revocation itself.
  if (members.length === 0 && unrun !== null) return { ...common, ...unrun, result: null };
  if (bad.length === 0)
    return { ...common, status: "SUCCESS", error: null, result: await listOf(services, group, members) };
  const [first] = bad;
  // The first that failed decides over the group, whatever was revoked before it.
  const decides = bad.find((member) => member.status === "FAILURE") ?? first;
  return {
    ...common,
    status: decides?.status ?? "FAILURE",
    error: decides?.error ?? null,
    first: first === decides ? null : (first?.error ?? null),
    result: null,
  };
}

async function memberResults(services: Services, group: StoredGroup, unrun: BadEnd | null): Promise<MemberResult[]> {
  const chunks = chunkCount(group.total);
  const members = await services.canvases.allMembers(group.id, chunks);
  // The last member ended a moment ago: a read that lags would take it for lost.
  const items = await services.table.getMany(
    members.map((member) => member.part.result),
    { consistent: true },
  );
  return inParallel(members, async ({ part }) => {
    const item = items.get(part.result) ?? null;
    const end = toGroup(item)?.end;
    if (end !== undefined && end !== null) return end;
    const record = toRecord(item, services.now());
    if (record === null || record.done === null)
      return unrun === null ? giveUp(services, part) : { ...unrun, result: null, started: null };
    const { status, result, error, started } = record;
    return { status: status === "SUCCESS" || status === "REVOKED" ? status : "FAILURE", result, error, started };
  });
}

/**
 * The machine gave a member up: its time was over, or its chunk could not be started. What of it still waits never
 * runs.
 */
async function giveUp(services: Services, part: Part): Promise<MemberResult> {
  const error = { ...describeError(new WorkerLost("its message was lost")), task_id: part.result };
  const end = { status: "FAILURE", error } as const;
  await endParts(services, [part], end);
  return { ...end, result: null, started: null };
}

/** The members' results in submitted order, as JSON text: a list of megabytes is put together without being parsed. */
async function listOf(services: Services, group: StoredGroup, members: readonly MemberResult[]): Promise<Payload> {
  const texts = await inParallel(members, async (member) =>
    member.result === null ? "null" : services.payloads.load(member.result),
  );
  return services.payloads.store(`results/${group.id}/list.json`, `[${texts.join(",")}]`);
}
