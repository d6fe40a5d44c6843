import { toCanvas } from "../aws/canvas-table.ts";
import type { Services } from "../aws/services.ts";
import { toRecord } from "../aws/task-table.ts";
import { type Part, chunkCount } from "../core/canvas/place.ts";
import type { NodeAnswer } from "../core/http/answer-schemas.ts";
import { Problem } from "../core/http/problem.ts";
import { MAX_INLINE_ARGUMENTS, MAX_LISTED } from "../core/limits.ts";
import { inParallel } from "../core/parallel.ts";
import { ArgumentsSchema, type Call } from "../core/record/message.ts";
import type { Found } from "./ask.ts";

type Node = NodeAnswer["node"];

/** Options that are one call's alone: an id is taken, and a time is over. */
const ONCE_ONLY = new Set(["task_id", "eta"]);

/** What one node may come to. */
interface Room {
  tasks: number;
  bytes: number;
}

/**
 * What was submitted, as a node: the canvas of a task or group, or the task alone where it is in none. Normal as it was
 * planned: chains in chains are flat, and a group that is followed by a node is a chord.
 * @throws Problem 409 where it has more than 1,000 tasks or 4 MB of arguments, or its time is over.
 */
export async function nodeOf(services: Services, found: Found): Promise<NodeAnswer> {
  const submission = found.kind === "task" ? found.record.call.submission : found.record.group.root;
  const root = submission === null ? null : await services.canvases.root(submission);
  const room: Room = { tasks: 0, bytes: 0 };
  if (root !== null) return { task_id: root.top.result, node: await nodeOfPart(services, root.top, room) };
  if (found.kind === "group") throw gone();
  return { task_id: found.record.id, node: await nodeOfCall(services, found.record.call, room) };
}

async function nodeOfPart(services: Services, part: Part, room: Room, call?: Call): Promise<Node> {
  if (part.task !== null) {
    const record = call === undefined ? toRecord(await services.table.get(part.id), services.now()) : null;
    const known = call ?? record?.call;
    if (known === undefined) throw gone();
    return nodeOfCall(services, known, room);
  }
  const canvas = toCanvas(await services.table.get(part.id));
  if (canvas === null) throw gone();
  const inside = (parts: readonly Part[]): Promise<Node[]> =>
    inParallel(parts, (one) => nodeOfPart(services, one, room));
  if (canvas.kind === "chain") return { chain: await inside(canvas.steps) };
  if (canvas.kind === "chord") {
    const header = await nodeOfPart(services, { id: canvas.header, task: null, result: canvas.header }, room);
    return { chord: { header: header["group"], body: await nodeOfPart(services, canvas.body, room) } };
  }
  if (canvas.total > MAX_LISTED) throw tooLarge();
  const members = await services.canvases.allMembers(canvas.id, chunkCount(canvas.total));
  return { group: await inParallel(members, (one) => nodeOfPart(services, one.part, room, one.call)) };
}

async function nodeOfCall(services: Services, call: Call, room: Room): Promise<Node> {
  const { payload, link, link_error: linkError } = call;
  room.tasks += 1;
  room.bytes += "key" in payload ? payload.bytes : payload.json.length;
  if (room.tasks > MAX_LISTED || room.bytes > MAX_INLINE_ARGUMENTS) throw tooLarge();
  const [args, kwargs] = ArgumentsSchema.parse(JSON.parse(await services.payloads.load(payload)));
  const own = Object.fromEntries(Object.entries(call.options).filter(([name]) => !ONCE_ONLY.has(name)));
  const options = {
    ...own,
    ...(link.length > 0 && { link }),
    ...(linkError.length > 0 && { link_error: linkError }),
  };
  return {
    task: call.task,
    args,
    ...(Object.keys(kwargs).length > 0 && { kwargs }),
    ...(Object.keys(options).length > 0 && { options }),
    ...(call.immutable && { immutable: true }),
  };
}

function gone(): Problem {
  return new Problem(409, "forgotten", "Part of the canvas is no longer known: its time is over, or it was forgotten.");
}

function tooLarge(): Problem {
  const detail = `The canvas has more than ${MAX_LISTED} tasks or 4 MB of arguments. Submit it anew from where it came.`;
  return new Problem(409, "too_large", detail);
}
