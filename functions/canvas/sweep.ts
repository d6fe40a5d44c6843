import { CANVAS_QUEUE, isRunning, startCanvas } from "../../src/aws/engine.ts";
import type { Runtime } from "../../src/aws/runtime.ts";
import { logLine } from "../../src/worker/log.ts";

/** Submissions that one sweep looks at. */
const MAX_ROOTS = 500;
/** Milliseconds that a submission is left in peace after it came: its first messages are on their way. */
const GRACE = 60_000;

/**
 * Looks for submissions that no message will ever end: their execution is gone, or they wait while no queue holds a message. They are
 * started anew: what has ended only answers its token, so the new execution soon comes to where the old one was.
 */
export async function sweep(runtime: Runtime): Promise<void> {
  const roots = await runtime.canvases.openRoots(MAX_ROOTS);
  if (roots.length === 0) return;
  const idle = await queuesAreEmpty(runtime);
  for (const id of roots) {
    const root = await runtime.canvases.root(id);
    if (root === null || root.done || root.created > runtime.now() - GRACE) continue;
    const canvas = await runtime.canvases.canvas(root.top.id);
    if (canvas === null) continue;
    const running = await isRunning(runtime, canvas, root.epoch);
    if (running && !idle) continue;
    const epoch = await runtime.canvases.nextEpoch(id, root.epoch);
    if (epoch === null) continue;
    logLine(
      "WARN",
      "a canvas that no message would have ended is started anew",
      { root_id: id, correlation_id: root.correlation },
      { epoch },
    );
    await startCanvas(runtime, canvas.id, null, epoch);
  }
}

/** Whether nothing waits, is delayed or is being worked on in any queue, but for the message that asked for this sweep. */
async function queuesAreEmpty(runtime: Runtime): Promise<boolean> {
  const depths = await Promise.all(
    [CANVAS_QUEUE, ...runtime.registry.modules()].map((module) => runtime.queues.depth(module)),
  );
  return depths.reduce((sum, depth) => sum + depth.waiting + depth.delayed + depth.in_flight, 0) <= 1;
}
