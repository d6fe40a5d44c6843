import { derivedId } from "../aws/ids.ts";
import { toTask } from "../aws/queues.ts";
import type { Services } from "../aws/services.ts";
import { CeleriacError } from "../core/errors.ts";
import { type Call, type CallContext, createCall, isSameSubmission } from "../core/record/message.ts";
import { inParallel } from "../core/parallel.ts";
import type { TaskNode } from "../core/canvas/signature.ts";

/** A task to be submitted: its id, what it runs, and where it stands. */
export interface Submission {
  readonly id: string;
  readonly node: TaskNode;
  readonly context: CallContext;
}

/** Milliseconds: a task that starts no sooner than a day from now is a late one. */
const LATER = 24 * 3600 * 1000;

/** A client chose an id that a task already has. */
export class TaskIdTaken extends CeleriacError {
  constructor(id: string) {
    super("task_id_taken", `A task with the id ${id} exists already. Choose another, or leave task_id out.`);
  }
}

/**
 * Submits one task that was checked. The message goes first: a crash after it leaves a task that runs and makes its own record, and
 * one before it leaves nothing. An id of the client's choice is written first, for only that can tell that it is taken.
 * @throws TaskIdTaken
 */
export async function submitTask(services: Services, submission: Submission): Promise<void> {
  const call = await prepare(services, submission);
  if (submission.node.options.task_id !== undefined) {
    await recordChosen(services, submission.id, call);
    await services.queues.send(outgoing(submission.id, call, services.now()));
    return;
  }
  await services.queues.send(outgoing(submission.id, call, services.now()));
  await services.tasks.submit(submission.id, call);
}

/** Writes the record of a task whose id the client chose. One that this very submission has written before is as good. @throws TaskIdTaken */
export async function recordChosen(services: Services, id: string, call: Call): Promise<void> {
  if (await services.tasks.submit(id, call)) return;
  const record = await services.tasks.get(id, services.now());
  if (record === null || !isSameSubmission(record.call, call)) throw new TaskIdTaken(id);
}

/**
 * Submits many independent tasks that were checked; ids of the client's choice first, so that one that is taken refuses all.
 * @throws TaskIdTaken
 */
export async function submitMany(services: Services, submissions: readonly Submission[]): Promise<void> {
  const prepared = await inParallel(submissions, async (submission) => ({
    id: submission.id,
    chosen: submission.node.options.task_id !== undefined,
    call: await prepare(services, submission),
  }));
  await inParallel(
    prepared.filter((task) => task.chosen),
    (task) => recordChosen(services, task.id, task.call),
  );
  const [first] = prepared;
  if (first === undefined) return;
  await services.queues.sendMany(
    prepared.map((task) => outgoing(task.id, task.call, services.now())),
    first.call.correlation,
  );
  await inParallel(
    prepared.filter((task) => !task.chosen),
    (task) => services.tasks.submit(task.id, task.call),
  );
}

/** A task that is ready to be recorded and sent. */
export interface PreparedTask {
  readonly id: string;
  readonly call: Call;
}

/** Stores a task's arguments and makes its call. */
export async function prepareTask(services: Services, submission: Submission): Promise<PreparedTask> {
  return { id: submission.id, call: await prepare(services, submission) };
}

/** Sends the message of a task, be its record there or not. */
export async function sendTask(services: Services, { id, call }: PreparedTask): Promise<void> {
  await services.queues.send(outgoing(id, call, services.now()));
}

async function prepare(services: Services, { id, node, context }: Submission): Promise<Call> {
  const task = services.registry.find(node.task);
  if (task === null) throw new CeleriacError("unknown_task", `No task "${node.task}" is registered.`);
  const call = createCall(node, task, context, { json: "" });
  // Objects expire some weeks after they were made; those of a task that starts later lie where they are kept for longer.
  const folder = (call.eta ?? 0) > services.now() + LATER ? "later" : "payloads";
  return {
    ...call,
    payload: await services.payloads.store(
      `${folder}/${payloadName(id, node)}.json`,
      JSON.stringify([node.args, node.kwargs]),
    ),
  };
}

/** Where the arguments of a task lie. An id of the client's choice may be taken, and whoever has it keeps the arguments that are his. */
export function payloadName(id: string, node: TaskNode): string {
  return node.options.task_id === undefined ? id : `${id}/${derivedId(id, JSON.stringify([node.args, node.kwargs]))}`;
}

function outgoing(id: string, call: Call, now: number): ReturnType<typeof toTask> {
  const message = { op: "run", id, attempt: 0, hops: 0, call } as const;
  if (call.eta === null) return toTask(call.task, message, 0);
  return toTask(call.task, { ...message, due: call.eta }, (call.eta - now) / 1000);
}
