import * as z from "zod";
import { toTask } from "../aws/queues.ts";
import type { Services } from "../aws/services.ts";
import { inParallel } from "../core/parallel.ts";
import type { TaskRecord } from "../core/record/record.ts";

/** Dead tasks that one request returns: what fits the 29 s that it has, with much to spare. */
const MAX_REDRIVEN = 2_000;
/** Entries of one page of the index. */
const PAGE = 500;

/** Sends a message that could not be read to its queue again: the code that reads it may be there now. */
async function resend(services: Services, module: string, id: string): Promise<boolean> {
  const payload = await services.letters.payload(id);
  if (payload === null) return false;
  await services.queues.sendAgain(module, z.string().parse(JSON.parse(await services.payloads.load(payload))));
  await services.letters.remove(id);
  return true;
}

/**
 * Returns a module's dead tasks to its queue, under their own ids: each becomes PENDING again, once, and a new message
 * starts its next attempt. What was settled because they failed stays settled. @returns how many.
 */
export async function redrive(services: Services, module: string): Promise<number> {
  let returned = 0;
  let after: string | undefined;
  while (returned < MAX_REDRIVEN) {
    const entries = await services.table.query({
      index: "dead",
      attribute: "dead",
      value: module,
      after,
      limit: PAGE,
      forward: true,
    });
    if (entries.length === 0) break;
    const ids = entries.map((entry) => entry.id);
    const records = await services.tasks.getMany(ids, services.now());
    const revived = await inParallel(records, (record) => revive(services, record));
    const tasks = new Set(records.map(({ id }) => id));
    const others = ids.filter((id) => !tasks.has(id));
    const resent = await inParallel(others, (id) => resend(services, module, id));
    returned += [...revived, ...resent].filter((one) => one).length;
    after = entries.at(-1)?.seq;
  }
  return returned;
}

/**
 * A task that an earlier redrive made wait, and whose message was lost or has not been claimed, is sent again: it runs
 * once all the same.
 */
async function revive(services: Services, record: TaskRecord): Promise<boolean> {
  const { id, call } = record;
  const isWaiting = record.status === "PENDING";
  const attempt = isWaiting ? record.attempt : record.attempt + 1;
  if (!isWaiting && !(await services.tasks.revive(id, record.attempt, services.now()))) return false;
  await services.queues.send(toTask(call.task, { op: "run", id, attempt, hops: 0, call }, 0));
  return true;
}
