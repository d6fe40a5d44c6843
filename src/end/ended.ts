import { answerToken, CANVAS_QUEUE } from "../aws/engine.ts";
import { chunkId, toGroup } from "../aws/canvas-table.ts";
import { directChain, sendStep } from "../aws/direct-chain.ts";
import type { Services } from "../aws/services.ts";
import { type StoredEnd, toRecord } from "../aws/task-item.ts";
import { type StoredCanvas, chordError } from "../core/record/canvas.ts";
import { type BadEnd, type End, endOf, errorType } from "../core/record/end.ts";
import type { Part, Place } from "../core/canvas/place.ts";
import { isFinal } from "../core/record/states.ts";
import { type TaskRecord, wasTakenOver } from "../core/record/record.ts";
import type { TaskCall } from "../submit/call.ts";
import { announceCanvas, announceTask } from "./announce.ts";
import { traceCanvas } from "./trace.ts";
import { calledIds, dropLinks, prepareLinks, recordLinks, startLinks } from "./links.ts";
import { endBody, endParts } from "./parts.ts";

/**
 * Tells those who wait for a task that has ended. Repeating it does no harm: ids derive, and a spent token is no error.
 * @param links the links, where the caller that ended the task has prepared them. @default they are prepared again
 */
export async function notify(
  services: Services,
  record: TaskRecord,
  token: string | undefined,
  links?: readonly TaskCall[],
): Promise<void> {
  await startLinks(services, links ?? (await prepareLinks(services, record)));
  await announceTask(services, record);
  const { place } = record.call;
  const end = endOf(record.id, record);
  if (place !== null) await partEnded(services, { place, result: record.id }, end);
  // Members of a group do not stop each other: for the machine each has simply ended.
  if (directChain(token) !== null) await startNext(services, place, end);
  else if (token !== undefined) await answerToken(token, place?.role === "member" ? null : errorType(end));
  // Revoked before its message came, perhaps days ahead: the state that waits must not wait for that.
  else if (place?.role === "member" && place.together === 1) await answerChunk(services, place);
}

/** Starts the step after one that has ended well, of a chain that no machine carries. */
async function startNext(services: Services, place: Place | null, end: End): Promise<void> {
  if (place?.role !== "step" || place.last || end.status !== "SUCCESS") return;
  const chain = await services.canvases.canvas(place.canvas);
  if (chain?.kind === "chain") await sendStep(services, chain, place.index + 1);
}

/**
 * Tells those around a part of a canvas that it has ended: what waited for it goes on, or will never run. Repeating it
 * does no harm. A step that is not the last has nobody to tell but the state that waits with its token.
 * @param part where it stood, and the id under which its result is asked for.
 */
async function partEnded(
  services: Services,
  { place, result }: { readonly place: Place | null; readonly result: string },
  end: End,
): Promise<void> {
  if (place === null) return;
  if (place.role === "replacement") return replacementEnded(services, place.canvas, result, end);
  if (place.role === "member") return memberEnded(services, place, end.status === "SUCCESS");
  if (end.status === "SUCCESS" && !place.last) return;
  const canvas = await services.canvases.canvas(place.canvas);
  if (canvas === null) return;
  const outer = place.role === "header" ? headerEnd(end) : end;
  if (outer.status !== "SUCCESS") await endAfter(services, canvas, place, outer);
  await canvasEnded(services, canvas, outer);
}

/** The end of a chord whose header has ended so. */
function headerEnd(end: End): End {
  return end.status === "SUCCESS" ? end : { status: "FAILURE", error: chordError(end.error) };
}

/**
 * A canvas has ended: those around it are told, and last the state that waits for it. A machine that is told of a
 * failure has its canvas settled, which must find everything settled, with the error that it was.
 */
export async function canvasEnded(services: Services, canvas: StoredCanvas, end: End): Promise<void> {
  await partEnded(services, canvas, end);
  await traceCanvas(services, canvas, end);
  if (canvas.place === null) await announceCanvas(services, canvas, end);
  if (canvas.place === null || canvas.place.role === "replacement") await closeRoot(services, canvas.root, end);
  // Members of a group do not stop each other: for the machine each has simply ended.
  await answerKept(services, canvas.id, canvas.place?.role === "member" ? null : errorType(end));
}

function closeRoot(services: Services, id: string, end: End): Promise<void> {
  const error = end.status === "SUCCESS" ? null : end.error;
  return services.canvases.closeRoot(id, { status: end.status, error, done: services.now() });
}

/**
 * What runs in the place of a task has ended, and so has the task, with the same result or error: those around it are
 * told now.
 */
async function replacementEnded(services: Services, id: string, result: string, end: End): Promise<void> {
  const record = await services.tasks.get(id, services.now());
  if (record === null || record.replacement?.top.result !== result) return;
  const ending = await replacementEnd(services, record, result, end);
  const done = services.now();
  const source = { ...record, ...ending, done };
  const stored = { ...ending, children: calledIds(source) };
  const links = await prepareLinks(services, source);
  await recordLinks(services, links);
  const ended = await services.tasks.finish(id, record.fence ?? "", record.attempt, stored, done);
  const last = ended ?? (await services.tasks.get(id, services.now()));
  if (last === null || last.done === null) return;
  if (ended === null || wasTakenOver(last)) await dropLinks(services, last);
  const tokens = await services.canvases.tokens(id);
  for (const token of tokens.length === 0 ? [undefined] : tokens)
    await notify(services, last, token, ended === null ? undefined : links);
}

/** The result lies where that which ran in the task's place stored it. */
async function replacementEnd(
  services: Services,
  record: TaskRecord,
  result: string,
  end: End,
): Promise<Omit<StoredEnd, "children">> {
  const kept = { runtime: null, progress: record.progress };
  if (end.status !== "SUCCESS") return { ...kept, ...end, result: null };
  const item = record.call.ignore_result ? null : await services.table.get(result);
  const stored = toGroup(item)?.end?.result ?? toRecord(item, services.now())?.result ?? null;
  return { ...kept, status: "SUCCESS", result: stored, error: null };
}

/** Ends what of a canvas comes after a part, and now never will. */
async function endAfter(services: Services, canvas: StoredCanvas, place: Place, end: BadEnd): Promise<void> {
  if (canvas.kind === "chain") return endLater(services, canvas.steps.slice(place.index + 1), end);
  if (canvas.kind === "chord" && place.role === "header") return endBody(services, canvas.body, end);
}

/** Parts that are ended here and now; more are left to the canvas Lambda, which has the time. */
const FEW_PARTS = 20;

async function endLater(services: Services, parts: readonly Part[], end: BadEnd): Promise<void> {
  const rest = parts.slice(0, -FEW_PARTS);
  // A message that comes again finds the next task ended: the message below was sent, and the canvas Lambda ends what
  // it has not yet.
  const [next] = rest;
  if (next !== undefined && next.task !== null && (await hasEnded(services, next.id))) return;
  // The last of all among them: by its end a canvas is known to be settled.
  await endParts(services, parts.slice(-FEW_PARTS), end);
  if (rest.length === 0) return;
  const message = { op: "end", parts: rest, status: end.status, error: end.error } as const;
  await services.queues.send({ module: CANVAS_QUEUE, message, delay: 0 });
}

async function hasEnded(services: Services, id: string): Promise<boolean> {
  const record = await services.tasks.get(id, services.now());
  return record !== null && isFinal(record.status);
}

/** The last member of a chunk to end answers for all; one that is alone has the chunk's token in its message. */
async function memberEnded(services: Services, place: Place, ok: boolean): Promise<void> {
  const { canvas, chunk, index, together } = place;
  if (together === 1) return;
  if ((await services.canvases.memberEnded(canvas, chunk, index, ok)) === together) await answerChunk(services, place);
}

/** Answers the state that waits for the chunk of a member, by the token that was kept for it. */
export async function answerChunk(services: Services, { canvas, chunk }: Place): Promise<void> {
  await answerKept(services, chunkId(canvas, chunk), null);
}

/** Answers the states that wait with the tokens that were kept: one waits, others were given up and tried again. */
async function answerKept(services: Services, id: string, error: string | null): Promise<void> {
  for (const token of await services.canvases.tokens(id)) await answerToken(token, error);
}
