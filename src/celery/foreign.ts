import { holdTask } from "../aws/hold-task.ts";
import { derivedId } from "../aws/ids.ts";
import { isFinal } from "../core/record/states.ts";
import { CELERY_QUEUE, type CeleryMessage } from "../core/celery.ts";
import { Revoked, TimeLimitExceeded, WorkerLost, describeError } from "../core/errors.ts";
import { ArgumentsSchema, type RunMessage } from "../core/record/message.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { type TaskEnd, finish, inHand, notify } from "../end/finish.ts";
import type { Worker } from "../worker/handle.ts";
import { type Input, payloadOf } from "../worker/payload.ts";
import type { StoredMeta } from "./backend.ts";
import type { Bridge } from "./bridge.ts";
import { CannotSend, sendForeign } from "./outgoing.ts";
import { errorOf } from "./result.ts";
import type { Signature } from "./signature.ts";
import { plainValue } from "./values.ts";

/**
 * Seconds of a claim until the message to the worker is on its way: more than an invocation has, so that one that was
 * lost is made good soon.
 */
const SENDING = 90;
/** Milliseconds that the claim outlives the task's time: the look that ends it may have to wait in its queue. */
const GRACE = 900_000;
/** A look comes after this share of the time since the start; a task that is to be stopped is stopped within 15 s. */
const SHARE = 8;
const LONGEST_PAUSE = 10;

type Look = Extract<CeleryMessage, { op: "look" }>;

/**
 * What takes the messages of tasks that workers of Celery run: instead of running one it sends it there, under its own
 * id, and looks for the result until the task's time is over.
 */
export function createForeignWorker(bridge: Bridge): Worker {
  const { services } = bridge;
  const run: Worker["run"] = (record, message, _delivery, input) => start(bridge, record, message, input);
  return { services, module: CELERY_QUEUE, lease: SENDING, run };
}

async function start(bridge: Bridge, record: TaskRecord, message: RunMessage, input: Input | null): Promise<boolean> {
  const { services } = bridge;
  const task = inHand(record, message.token);
  if (record.terminate) return finish(services, task, REVOKED);
  try {
    await sendOnce(bridge, record, input);
  } catch (error) {
    if (!(error instanceof CannotSend)) throw error;
    return finish(services, task, { status: "FAILURE", error: describeError(new WorkerLost(error.message)) });
  }
  const { id, attempt, fence } = record;
  await sendLook(bridge, record, { op: "look", id, attempt, fence: fence ?? "", token: message.token });
  await holdTask(services.table, id, fence ?? "", deadlineOf(record) + GRACE);
  return true;
}

const REVOKED: TaskEnd = { status: "REVOKED", error: describeError(new Revoked()) };

/** An environment that was lost may have sent it: what the worker has said of it shows that. */
async function sendOnce({ services, config, backend }: Bridge, record: TaskRecord, input: Input | null): Promise<void> {
  const { call } = record;
  const worker = services.registry.foreign(call.task);
  if (worker === null) throw new CannotSend(`${call.task} is no task of a worker of Celery any more.`);
  const id = idThere(record);
  if (record.lost > 0 && (await backend.meta(id)) !== null) return;
  const payload = await payloadOf(services, call.payload, input);
  if (payload instanceof Error) throw new CannotSend(payload.message);
  const [args, kwargs] = ArgumentsSchema.parse(JSON.parse(payload));
  const signature: Signature = {
    ...signatureOf(worker.task, args, kwargs, call.each),
    options: {
      // A worker that takes it when nobody waits for it any more leaves it.
      expires: new Date(deadlineOf(record)).toISOString(),
      time_limit: call.time_limit,
      soft_time_limit: call.soft_time_limit,
      priority: call.priority,
    },
    immutable: false,
  };
  await sendForeign(config.queueUrlPrefix, {
    signature,
    id,
    queue: worker.queue,
    chain: [],
    root: call.root,
    headers: call.headers,
  });
}

/** A task that goes through items is one of Celery's own there, which every worker has. */
function signatureOf(
  task: string,
  args: readonly unknown[],
  kwargs: Signature["kwargs"],
  each: "map" | "starmap" | null,
): Pick<Signature, "task" | "args" | "kwargs"> {
  if (each === null) return { task, args, kwargs };
  const mapped = { task, args: [], kwargs, options: {}, subtask_type: null, immutable: false };
  return { task: `celery.${each}`, args: [], kwargs: { task: mapped, it: args } };
}

/** The id of an attempt there: of one that somebody asked to be made again, the result before says nothing. */
function idThere({ id, attempt }: TaskRecord): string {
  return attempt === 0 ? id : derivedId("celery", id, String(attempt));
}

function deadlineOf({ started, call }: TaskRecord): number {
  return (started ?? call.created) + call.time_limit * 1000;
}

async function sendLook({ services }: Bridge, { started }: TaskRecord, look: Look): Promise<void> {
  const since = (services.now() - (started ?? 0)) / 1000;
  const delay = Math.min(LONGEST_PAUSE, Math.max(1, Math.round(since / SHARE)));
  await services.queues.send({ module: CELERY_QUEUE, message: look, delay });
}

/** Looks whether a task has ended that a worker of Celery runs. It looks again, until the task's time is over. */
export async function lookForEnd(bridge: Bridge, look: Look): Promise<void> {
  const { services, backend } = bridge;
  const { id, fence, token } = look;
  const record = await services.tasks.get(id, services.now());
  // Another message has taken it over, which looks by itself.
  if (record === null || record.fence !== fence || record.attempt !== look.attempt) return;
  if (isFinal(record.status)) return notify(services, record, token);
  const now = services.now();
  const meta = record.terminate ? null : await backend.meta(idThere(record));
  const end = record.terminate ? REVOKED : (endOf(meta) ?? (now >= deadlineOf(record) ? tooLate(record) : null));
  if (end === null) return sendLook(bridge, record, look);
  const runtime = Math.max(0, now - (record.started ?? now)) / 1000;
  await finish(services, inHand(record, token, { runtime }), end);
}

function tooLate({ call }: TaskRecord): TaskEnd {
  return { status: "FAILURE", error: describeError(new TimeLimitExceeded(call.time_limit)) };
}

function endOf(meta: StoredMeta | null): TaskEnd | null {
  switch (meta?.status) {
    case "SUCCESS":
      return { status: "SUCCESS", json: JSON.stringify(plainValue(meta.result) ?? null) };
    case "FAILURE":
    case "REVOKED":
      return { status: meta.status, error: errorOf(meta.result) };
    default:
      return null;
  }
}
