import type { Span } from "../aws/otlp.ts";
import type { Services } from "../aws/services.ts";
import type { StoredCanvas } from "../core/record/canvas.ts";
import { type End, errorType } from "../core/record/end.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { logLine } from "../log.ts";

/** Milliseconds between two lines about a collector that takes nothing. */
const TELL_AGAIN = 60_000;

let told = Number.NEGATIVE_INFINITY;

/** A collector that does not take a span is told of in the log, and fails nothing. */
async function send({ env: { otlp, stage }, now }: Services, span: Span): Promise<void> {
  // Loaded where it is wanted alone: functions of other stages start without it.
  const { sendSpan } = await import("../aws/otlp.ts");
  try {
    await sendSpan(otlp ?? "", stage, span);
  } catch (error) {
    if (now() - told < TELL_AGAIN) return;
    told = now();
    logLine("WARN", "the collector has not taken a span", {}, { error: String(error) });
  }
}

/**
 * Sends the span of a task that has ended, where the stage has a collector: from its first start to its end, with the
 * states it went through. Its parent is the canvas around it, else the task that started it. As often as its end is
 * told, under one id.
 */
export async function traceTask(services: Services, record: TaskRecord): Promise<void> {
  const { id, call, status, error, events, done, retries } = record;
  if (services.env.otlp === null || done === null) return;
  const started = events.find((event) => event.status === "STARTED")?.at ?? done;
  await send(services, {
    id,
    parent: call.place?.canvas ?? call.parent,
    correlation: call.correlation,
    name: call.task,
    kind: "task",
    start: started,
    end: done,
    error: status === "SUCCESS" ? null : (error?.type ?? status),
    attributes: {
      "celeriac.task_id": id,
      "celeriac.root_id": call.root,
      "celeriac.status": status,
      "celeriac.retries": retries,
      "celeriac.wait_ms": Math.max(0, started - (call.eta ?? call.created)),
    },
    events: events.map((event) => ({ name: event.status, at: event.at })),
  });
}

/** The same of a canvas, from its submission to its end. Its parent is the canvas around it, or what submitted it. */
export async function traceCanvas(services: Services, canvas: StoredCanvas, end: End): Promise<void> {
  const { id, kind, trace, place, result, root } = canvas;
  if (services.env.otlp === null || trace === undefined) return;
  await send(services, {
    id,
    parent: place?.canvas ?? trace.parent,
    correlation: trace.correlation,
    name: canvas.machine?.name ?? kind,
    kind: "canvas",
    start: trace.created,
    end: services.now(),
    error: errorType(end),
    attributes: { "celeriac.task_id": result, "celeriac.root_id": root, "celeriac.status": end.status },
    events: [],
  });
}
