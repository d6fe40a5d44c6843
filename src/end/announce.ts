import type { Services } from "../aws/services.ts";
import { CELERY_QUEUE } from "../core/celery.ts";
import type { StoredCanvas } from "../core/record/canvas.ts";
import { type End, errorType } from "../core/record/end.ts";
import { CANVAS_ENDED, TASK_ENDED, eventSource } from "../core/events.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { traceTask } from "./trace.ts";

/**
 * Tells the account's bus that a task has ended, where the stage wants that. Before its message is acknowledged, so at
 * least once: a listener knows a repeat by its task_id. Neither arguments nor results nor messages of errors, which may
 * hold what is private.
 */
export async function announceTask(services: Services, record: TaskRecord): Promise<void> {
  await tellCelery(services, record);
  await traceTask(services, record);
  const { id, call, status, error } = record;
  await announce(services, TASK_ENDED, {
    task_id: id,
    task: call.task,
    status,
    root_id: call.root,
    correlation_id: call.correlation,
    error_type: error?.type ?? null,
  });
}

/** Tells the bridge of a task that a Celery client asked for: it has started, will be retried, or has ended. */
export async function tellCelery(services: Services, { id, call }: Pick<TaskRecord, "id" | "call">): Promise<void> {
  if (call.celery === null) return;
  await services.queues.send({ module: CELERY_QUEUE, message: { op: "celery", id }, delay: 0 });
}

/** The same of a canvas that was submitted, by the id under which its result is asked for. */
export async function announceCanvas(services: Services, canvas: StoredCanvas, end: End): Promise<void> {
  await announce(services, CANVAS_ENDED, {
    task_id: canvas.result,
    kind: canvas.kind,
    status: end.status,
    root_id: canvas.root,
    error_type: errorType(end),
  });
}

async function announce({ env }: Services, detailType: string, detail: object): Promise<void> {
  if (!env.completionEvents) return;
  // Loaded where it is wanted alone: a client takes its time to start.
  const { putEvent } = await import("../aws/events.ts");
  await putEvent(eventSource(env.stage), detailType, detail);
}
