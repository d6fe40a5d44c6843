import type { Services } from "../aws/services.ts";
import type { Canvas } from "../core/record/canvas.ts";
import type { TaskError } from "../core/errors.ts";
import type { Call } from "../core/record/message.ts";
import { announceTask } from "./announce.ts";
import { inParallel } from "../core/parallel.ts";
import { type Part, chunkCount } from "../core/canvas/place.ts";

/** Why parts will never run. */
export interface Fate {
  readonly status: "FAILURE" | "REVOKED";
  readonly error: TaskError;
}

/**
 * Ends parts that will never run, with all that is nested in them. What has ended or runs keeps its own end. Those around are
 * not told: whoever calls this tells them of the canvas as a whole.
 */
export async function endParts(services: Services, parts: readonly EndedPart[], fate: Fate): Promise<void> {
  await inParallel(parts, (part) =>
    part.task === null ? endCanvas(services, part.id, fate) : endTask(services, part, fate),
  );
}

/** A part that is to end; with a call where it is a task that may have no record yet, and is to have one. */
export type EndedPart = Part & { readonly call?: Call | undefined };

async function endTask(services: Services, { id, call }: EndedPart, fate: Fate): Promise<void> {
  const ending = { ...fate, result: null, runtime: null, children: [] };
  const ended = await services.tasks.finishUnstarted(id, 0, ending, services.now(), call);
  if (ended !== null) await announceTask(services, ended);
}

async function endCanvas(services: Services, id: string, fate: Fate): Promise<void> {
  const canvas = await services.canvases.canvas(id);
  if (canvas !== null) await endPartsOf(services, canvas, fate);
}

/** Ends what a canvas holds, and a group itself. */
export async function endPartsOf(services: Services, canvas: Canvas, fate: Fate): Promise<void> {
  if (canvas.kind === "chain") return endParts(services, canvas.steps, fate);
  if (canvas.kind === "chord") {
    await endCanvas(services, canvas.header, fate);
    return endParts(services, [canvas.body], fate);
  }
  const { total } = canvas;
  await services.canvases.endGroup(canvas.id, {
    ...fate,
    result: null,
    started: null,
    done: services.now(),
    completed: 0,
    failed: total,
  });
  const members = await services.canvases.allMembers(canvas.id, chunkCount(total));
  // A member without a record is known to nobody but its chunk, and that will never be started.
  return endParts(
    services,
    members.filter((member) => member.call === undefined).map((member) => member.part),
    fate,
  );
}
