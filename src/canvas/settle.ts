import * as z from "zod";
import { isRunning } from "../aws/engine.ts";
import type { Services } from "../aws/services.ts";
import type { StoredCanvas } from "../core/record/canvas.ts";
import { type End, endOf } from "../core/record/end.ts";
import { Revoked, WorkerLost, describeError } from "../core/errors.ts";
import { canvasEnded } from "../end/ended.ts";
import { endPartsOf } from "../end/parts.ts";

/**
 * The net: a machine failed, so nothing of its canvas will be started any more. Usually the worker of the step that
 * failed has settled it; here that is seen to, whatever the machine failed of.
 * @param id of the canvas, or of the header of a chord, which is what a chord's machine is told.
 */
export async function settleCanvas(services: Services, id: string): Promise<void> {
  const canvas = await canvasOf(services, id);
  if (canvas === null) return;
  if ((await endOfCanvas(services, canvas)) !== null) return;
  const revoked = (await services.canvases.root(canvas.root))?.revoked === true;
  const error = {
    ...describeError(revoked ? new Revoked() : new WorkerLost("its state machine ended")),
    task_id: canvas.result,
  };
  const end = { status: revoked ? "REVOKED" : "FAILURE", error } as const;
  await endPartsOf(services, canvas, end);
  await canvasEnded(services, canvas, end);
}

/** The canvas that a machine carries: a chord's is told its header's id. */
async function canvasOf(services: Services, id: string): Promise<StoredCanvas | null> {
  const canvas = await services.canvases.canvas(id);
  return canvas?.place?.role === "header" ? services.canvases.canvas(canvas.place.canvas) : canvas;
}

/** How the task or group whose result is the canvas's has ended; null where it has not. */
export async function endOfCanvas(services: Services, canvas: StoredCanvas): Promise<End | null> {
  const group = await services.canvases.group(canvas.result);
  if (group !== null) return group.end === null ? null : endOf(canvas.result, group.end);
  const record = await services.tasks.get(canvas.result, services.now());
  return record === null || record.done === null ? null : endOf(record.id, record);
}

const StatusChange = z.object({
  "detail-type": z.literal("Step Functions Execution Status Change"),
  detail: z.object({
    executionArn: z.string(),
    name: z.string(),
    status: z.enum(["FAILED", "ABORTED", "TIMED_OUT"]),
  }),
});

/**
 * Settles the canvas of an execution that has ended badly, as EventBridge tells.
 * @returns whether `body` told of one.
 */
export async function executionEnded(services: Services, body: unknown): Promise<boolean> {
  const change = StatusChange.safeParse(body);
  if (!change.success) return false;
  const { name, executionArn } = change.data.detail;
  const dash = name.lastIndexOf("-");
  const named = await services.canvases.canvas(name.slice(0, dash));
  const canvas = named ?? (await services.canvases.canvasOfExecution(executionArn));
  if (canvas === null) return true;
  const epoch = named === null ? 0 : Number(name.slice(dash + 1));
  // A submission that was started anew has another execution, or is about to have one: that of an earlier start was
  // ended for it.
  if (epoch < ((await services.canvases.root(canvas.root))?.epoch ?? 0)) return true;
  await settleCanvas(services, canvas.id);
  return true;
}

/** Settles a canvas whose execution is gone; a submission that was started anew has another. */
export async function settleUnlessRunning(services: Services, canvas: StoredCanvas): Promise<void> {
  const root = await services.canvases.root(canvas.root);
  if (root !== null && (await isRunning(services, canvas, root.epoch))) return;
  await settleCanvas(services, canvas.id);
}
