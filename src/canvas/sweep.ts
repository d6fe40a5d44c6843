import { HOUR } from "../core/limits.ts";
import { CANVAS_QUEUE, isRunning, startCanvas } from "../aws/engine.ts";
import type { Services } from "../aws/services.ts";
import type { CanvasMessage, Root } from "../core/record/canvas.ts";
import { logLine } from "../log.ts";

/**
 * Submissions that one message has looked at, and seconds until the next goes on: DescribeExecution takes 15 calls a
 * second, 300 at once.
 */
const MAX_ROOTS = 200;
const PAUSE = 15;
/**
 * Milliseconds that a submission is given whose execution runs while queues are busy: the message that was lost may
 * still be its own.
 */
const PATIENCE = 6 * HOUR * 1000;

/**
 * Looks for submissions that no message will ever end: their execution is gone, or they wait while no queue holds a
 * message. They are started anew: what has ended only answers its token, so the new execution soon comes to where the
 * old one was. One that only takes its time is not disturbed by that, and ever more seldom: each start doubles the time
 * until the next.
 */
export async function sweep(services: Services, message: Extract<CanvasMessage, { op: "sweep" }>): Promise<void> {
  const entries = await services.canvases.openRoots(MAX_ROOTS, message.after);
  if (entries.length === 0) return;
  const idle = await queuesAreEmpty(services);
  for (const { id } of entries) {
    const root = await services.canvases.root(id);
    if (root !== null && !root.done) await lookAfter(services, id, root, { idle, grace: message.grace * 1000 });
  }
  const last = entries.length === MAX_ROOTS ? entries.at(-1) : undefined;
  if (last === undefined) return;
  await services.queues.send({ module: CANVAS_QUEUE, message: { ...message, after: last.seq }, delay: PAUSE });
}

async function lookAfter(
  services: Services,
  id: string,
  root: Root,
  { idle, grace }: { readonly idle: boolean; readonly grace: number },
): Promise<void> {
  const canvas = await services.canvases.canvas(root.top.id);
  const age = services.now() - root.created;
  if (canvas === null || age < grace * 2 ** root.epoch) return;
  // A message that waits in Scheduler is in no queue; it gets the same grace when its time has come.
  const isLost = idle && services.now() > root.waits + grace;
  const isOverdue = age > PATIENCE * 2 ** root.epoch;
  if (!isLost && !isOverdue && (await isRunning(services, canvas, root.epoch))) return;
  const epoch = await services.canvases.nextEpoch(id, root.epoch);
  if (epoch === null) return;
  const context = { root_id: id, correlation_id: root.correlation };
  logLine("WARN", "a canvas that no message would have ended is started anew", context, { epoch });
  await startCanvas(services, canvas.id, null, epoch);
}

/**
 * Whether nothing waits, is delayed or is being worked on in any queue, but for the message that asked for this sweep.
 */
async function queuesAreEmpty(services: Services): Promise<boolean> {
  const depths = await Promise.all(
    [CANVAS_QUEUE, ...services.registry.modules()].map((module) => services.queues.depth(module)),
  );
  return depths.reduce((sum, depth) => sum + depth.waiting + depth.delayed + depth.in_flight, 0) <= 1;
}
