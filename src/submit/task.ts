import { toTask } from "../aws/queues.ts";
import type { Services } from "../aws/services.ts";
import { CeleriacError } from "../core/errors.ts";
import { type Call, type CallContext, isSameSubmission } from "../core/record/message.ts";
import { inParallel } from "../core/parallel.ts";
import type { PlannedTask } from "../core/canvas/plan.ts";
import { type TaskCall, makeCall } from "./call.ts";

/** A client chose an id that a task already has. */
export class TaskIdTaken extends CeleriacError {
  constructor(id: string) {
    super("task_id_taken", `A task with the id ${id} exists already. Choose another, or leave task_id out.`);
  }
}

/**
 * Submits one task that was checked. The message goes first: a crash after it leaves a task that runs and makes its own
 * record, and one before it leaves nothing. An id of the client's choice is written first, since only that can tell
 * that it is taken.
 * @throws TaskIdTaken
 */
export async function submitTask(services: Services, task: PlannedTask, context: CallContext): Promise<void> {
  const made = await makeCall(services, task, context);
  if (isChosen(task)) {
    await recordChosen(services, made);
    return sendTask(services, made);
  }
  await sendTask(services, made);
  await services.tasks.submit(made.id, made.call);
}

/**
 * Writes the record of a task whose id the client chose. One that this very submission has written before is as good.
 * @throws TaskIdTaken
 */
export async function recordChosen(services: Services, { id, call }: TaskCall): Promise<void> {
  if (await services.tasks.submit(id, call)) return;
  const record = await services.tasks.get(id, services.now());
  if (record === null || !isSameSubmission(record.call, call)) throw new TaskIdTaken(id);
}

/**
 * Submits many independent tasks that were checked; ids of the client's choice first, so that one that is taken refuses
 * all.
 * @throws TaskIdTaken
 */
export async function submitMany(
  services: Services,
  tasks: readonly { readonly task: PlannedTask; readonly context: CallContext }[],
): Promise<void> {
  const made = await inParallel(tasks, async ({ task, context }) => ({
    chosen: isChosen(task),
    ...(await makeCall(services, task, context)),
  }));
  await inParallel(
    made.filter(({ chosen }) => chosen),
    (one) => recordChosen(services, one),
  );
  const [first] = made;
  if (first === undefined) return;
  await services.queues.sendMany(
    made.map(({ id, call }) => outgoing(id, call, services.now())),
    first.call.correlation,
  );
  await inParallel(
    made.filter(({ chosen }) => !chosen),
    ({ id, call }) => services.tasks.submit(id, call),
  );
}

/** Whether a task's id is of the client's choice. */
function isChosen({ node }: PlannedTask): boolean {
  return node.options.task_id !== undefined;
}

/** Sends the message of a task, whether its record is there or not. */
export async function sendTask(services: Services, { id, call }: TaskCall): Promise<void> {
  await services.queues.send(outgoing(id, call, services.now()));
}

function outgoing(id: string, call: Call, now: number): ReturnType<typeof toTask> {
  const message = { op: "run", id, attempt: 0, hops: 0, call } as const;
  if (call.eta === null) return toTask(call.task, message, 0);
  return toTask(call.task, { ...message, due: call.eta }, (call.eta - now) / 1000);
}
