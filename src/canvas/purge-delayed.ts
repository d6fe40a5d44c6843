import { CANVAS_QUEUE } from "../aws/engine.ts";
import type { Services } from "../aws/services.ts";
import { bucketsOfDay, dayOf } from "../core/insights/buckets.ts";
import { inParallel } from "../core/parallel.ts";
import type { CanvasMessage } from "../core/record/canvas.ts";
import { type TaskRecord, moduleOf } from "../core/record/record.ts";
import { isWaiting } from "../core/record/states.ts";
import { revokeAlone } from "../end/revoke.ts";
import { resultBefore } from "../end/step.ts";

/** Entries of one page of the index. */
const PAGE = 500;
/** Milliseconds that one message looks; what is left is for the next, since the function has 300 s. */
const TIME = 120_000;

type Purge = Extract<CanvasMessage, { op: "purge" }>;

/** Revokes the tasks of a module that were submitted before the request and whose messages are delayed. */
export async function purgeDelayed(services: Services, message: Purge): Promise<void> {
  const until = services.now() + TIME;
  const last = dayOf(message.before);
  const partitions = (await services.tasks.days())
    .filter((day) => day <= last)
    .toSorted()
    .flatMap((day) => bucketsOfDay(day));
  const from = message.from ?? { partition: 0 };
  let { after } = from;
  for (let partition = from.partition; partition < partitions.length; partition += 1) {
    for (;;) {
      const value = partitions[partition] ?? "";
      const page = { index: "recent", attribute: "recent", value, after, limit: PAGE, forward: true };
      const entries = await services.table.query(page);
      const ids = entries.map(({ id }) => id);
      const records = await services.tasks.getMany(ids, services.now());
      await inParallel(records, (record) => revokeDelayed(services, record, message));
      after = entries.at(-1)?.seq;
      if (after === undefined) break;
      if (services.now() < until) continue;
      const next = { ...message, from: { partition, after } };
      await services.queues.send({ module: CANVAS_QUEUE, message: next, delay: 0 });
      return;
    }
  }
}

async function revokeDelayed(services: Services, record: TaskRecord, { queue, before }: Purge): Promise<void> {
  const { call, status } = record;
  if (!isWaiting(status) || moduleOf(call.task) !== queue || call.created >= before) return;
  if (await isDelayed(services, record)) await revokeAlone(services, record, false);
}

/** Whether the task waits for its time, and not for a worker, or for what comes before it. */
async function isDelayed(services: Services, { call, status, due }: TaskRecord): Promise<boolean> {
  const now = services.now();
  if (status === "RETRY") return due !== null && due > now;
  if (call.input === null || call.countdown === null) return (call.eta ?? 0) > now;
  const before = await resultBefore(services, call.input);
  return before !== null && before.done + call.countdown * 1000 > now;
}
