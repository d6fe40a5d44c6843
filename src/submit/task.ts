import { toTask } from "../aws/queues.ts";
import type { Services } from "../aws/services.ts";
import { CeleriacError } from "../core/errors.ts";
import { type Call, type CallContext, isSameSubmission } from "../core/record/message.ts";
import { inParallel } from "../core/parallel.ts";
import { type ChosenId, linkIdsOf } from "./chosen.ts";
import type { PlannedTask } from "../core/canvas/plan.ts";
import { type TaskCall, makeCall } from "./call.ts";

/** A client chose an id that a task already has, or is to have: a link of another. */
export class TaskIdTaken extends CeleriacError {
  readonly id: string;
  constructor(id: string) {
    super("task_id_taken", `A task with the id ${id} exists already. Choose another, or leave task_id out.`);
    this.id = id;
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
  const links = linkIdsOf(task);
  await refuseTaken(services, isChosen(task) ? [made] : [], links);
  if (isChosen(task)) await recordChosen(services, made);
  await reserveLinks(services, links, latestOf([made.call]));
  if (isChosen(task)) return sendTask(services, made);
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
 * Refuses ids of the client's choice that others have, before anything is written. @throws TaskIdTaken
 */
export async function refuseTaken(
  services: Services,
  tasks: readonly TaskCall[],
  links: readonly ChosenId[],
): Promise<void> {
  const ids = [...tasks, ...links].map(({ id }) => id);
  if (ids.length === 0) return;
  const [records, reserved] = await Promise.all([
    services.tasks.getMany(ids, services.now(), { consistent: true }),
    services.chosen.reservedBy(ids),
  ]);
  const calls = new Map(records.map(({ id, call }) => [id, call]));
  for (const { id, call } of tasks) {
    const other = calls.get(id);
    if (reserved.has(id) || (other !== undefined && !isSameSubmission(other, call))) throw new TaskIdTaken(id);
  }
  // A repeated request meets what it has reserved itself, and perhaps its links, which have been called meanwhile.
  for (const { id, by } of links)
    if (reserved.get(id) !== by && (reserved.has(id) || calls.has(id))) throw new TaskIdTaken(id);
}

/**
 * Keeps the ids that a client gave to links for them, since their tasks are made much later.
 * @param due when the last of their tasks is, or they were submitted. @throws TaskIdTaken
 */
export async function reserveLinks(services: Services, links: readonly ChosenId[], due: number): Promise<void> {
  await inParallel(links, async ({ id, by }) => {
    if ((await services.chosen.reserve(id, by, due)) !== by) throw new TaskIdTaken(id);
  });
}

/** When the last of some calls is due, or was made. */
export function latestOf(calls: Iterable<Call>): number {
  let latest = 0;
  for (const { created, eta } of calls) latest = Math.max(latest, created, eta ?? 0);
  return latest;
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
  const chosen = made.filter((one) => one.chosen);
  const links = tasks.flatMap(({ task }) => linkIdsOf(task));
  await refuseTaken(services, chosen, links);
  await inParallel(chosen, (one) => recordChosen(services, one));
  await reserveLinks(services, links, latestOf(made.map(({ call }) => call)));
  const [first] = made;
  if (first === undefined) return;
  await services.queues.sendMany(
    made.map(({ id, call }) => outgoing(id, call, services.now())),
    first.call.correlation,
  );
  await inParallel(
    made.filter((one) => !one.chosen),
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
