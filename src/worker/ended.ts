import { answerToken, CANVAS_QUEUE } from "../aws/engine.ts";
import { chunkId } from "../aws/canvas-table.ts";
import type { Runtime } from "../aws/runtime.ts";
import { type Canvas, type PartEnd, chordError } from "../core/canvas.ts";
import type { Part, Place } from "../core/place.ts";
import type { TaskError } from "../core/errors.ts";
import { endParts } from "./settle.ts";

/** A part of a canvas that has ended, and where it stood. */
export interface EndedPart {
  readonly root: string;
  readonly place: Place | null;
}

/**
 * Tells those around a part of a canvas that it has ended: what waited for it goes on, or will never run. Repeating it does no harm.
 * A step that is not the last has nobody to tell but the state that waits with its token.
 */
export async function partEnded(runtime: Runtime, part: EndedPart, end: PartEnd): Promise<void> {
  const { place, root } = part;
  if (place === null) return runtime.canvases.closeRoot(root);
  if (place.role === "member") return memberEnded(runtime, place, end.ok);
  if (end.ok && !place.last) return;
  const canvas = await runtime.canvases.canvas(place.canvas);
  if (canvas === null) return;
  const outer = end.ok
    ? end
    : { ...end, ...(place.role === "header" ? { status: "FAILURE" as const, error: chordError(end.error) } : {}) };
  if (!outer.ok) await endLater(runtime, partsAfter(canvas, place), outer);
  await canvasEnded(runtime, canvas, outer);
}

/** A canvas has ended: the state that waits for it is told, and then those around it. */
export async function canvasEnded(runtime: Runtime, canvas: Canvas, end: PartEnd): Promise<void> {
  const token = await runtime.canvases.token(canvas.id);
  // Members of a group do not stop each other: for the machine each has simply ended.
  if (token !== null) await answerToken(token, end.ok || canvas.place?.role === "member" ? null : end.error.type);
  await partEnded(runtime, canvas, end);
}

/** What of a canvas comes after a part, and now never will. */
function partsAfter(canvas: Canvas, place: Place): Part[] {
  if (canvas.kind === "chain") return canvas.steps.slice(place.index + 1);
  return canvas.kind === "chord" && place.role === "header" ? [canvas.body] : [];
}

/** Parts that are ended here and now; more are left to the canvas Lambda, which has the time. */
const FEW_PARTS = 20;

async function endLater(
  runtime: Runtime,
  parts: readonly Part[],
  end: { readonly status: "FAILURE" | "REVOKED"; readonly error: TaskError },
): Promise<void> {
  await endParts(runtime, parts.slice(0, FEW_PARTS), end);
  const rest = parts.slice(FEW_PARTS);
  if (rest.length === 0) return;
  const message = { op: "end", parts: rest, status: end.status, error: end.error } as const;
  await runtime.queues.send({ module: CANVAS_QUEUE, message, delay: 0 });
}

/** The last member of a chunk to end answers for all; one that is alone has the chunk's token in its message. */
async function memberEnded(runtime: Runtime, place: Place, ok: boolean): Promise<void> {
  const { canvas, chunk, index, together } = place;
  if (together === 1) return;
  if ((await runtime.canvases.memberEnded(canvas, chunk, index, ok)) === together) await answerChunk(runtime, place);
}

/** Answers the state that waits for the chunk of a member, by the token that was kept for it. */
export async function answerChunk(runtime: Runtime, { canvas, chunk }: Place): Promise<void> {
  const token = await runtime.canvases.token(chunkId(canvas, chunk));
  if (token !== null) await answerToken(token, null);
}
