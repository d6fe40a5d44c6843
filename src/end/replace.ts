import type { Services } from "../aws/services.ts";
import { TaskIdTaken } from "../submit/task.ts";
import { CeleriacError, InvalidCanvas, ReplacedTooOften, Revoked, describeError } from "../core/errors.ts";
import { MAX_REPLACEMENTS } from "../core/limits.ts";
import type { RunMessage } from "../core/record/message.ts";
import type { Node } from "../core/canvas/node.ts";
import { parseNode } from "../core/canvas/parse-node.ts";
import type { Plan } from "../core/canvas/plan.ts";
import { type Replacement, type TaskRecord, replacementOf } from "../core/record/record.ts";
import { CodeTaskNodeSchema } from "../core/canvas/task-schema.ts";
import { isFinal } from "../core/record/states.ts";
import { finish, inHand, notify } from "./finish.ts";
import { revokeReplacement } from "./revoke.ts";
import { logLine } from "../log.ts";
import { planFor, readNode, startPlan, storePlan } from "../submit/start.ts";

/**
 * Has a canvas run in the place of a running task. What is to run is stored with the task first, under its fence, and
 * then started: a crash in between is made good by the message's next delivery, which starts the same again under the
 * same ids.
 * @param value the node, as the task sent it. @param ran seconds that the task ran itself. @returns false where the
 * claim was lost meanwhile.
 */
export async function replaceTask(
  services: Services,
  record: TaskRecord,
  message: RunMessage,
  { value, ran }: { readonly value: unknown; readonly ran: number },
): Promise<boolean> {
  const { id, call } = record;
  const fence = record.fence ?? "";
  const context = { task_id: id, task: call.task, root_id: call.root, correlation_id: call.correlation };
  let stored: TaskRecord | null;
  try {
    if (call.nesting >= MAX_REPLACEMENTS) throw new ReplacedTooOften(call.nesting);
    const node = readNode(services, value);
    const plan = planOf(record, node);
    await refuseOthersIds(services, record, plan);
    const replacement: Replacement = {
      node: await services.payloads.store(`payloads/${id}/${fence}.json`, JSON.stringify(node)),
      top: plan.top,
      submission: plan.canvases.length === 0 ? null : plan.root,
      at: services.now(),
    };
    stored = await services.tasks.replace({ id, fence, replacement, runtime: ran, now: services.now() });
  } catch (error) {
    if (!(error instanceof CeleriacError) || !REFUSALS.has(error.code)) throw error;
    logLine("ERROR", `failed: ${error.name}`, context, { runtime: ran });
    return finish(services, inHand(record, message.token, { runtime: ran }), {
      status: "FAILURE",
      error: describeError(error),
    });
  }
  // Where only the answer was lost, the record has the fence.
  stored ??= await services.tasks.get(id, services.now());
  if (stored?.fence !== fence) return false;
  if (stored.replacement === null && stored.terminate)
    return finish(services, inHand(record, message.token, { runtime: ran }), {
      status: "REVOKED",
      error: describeError(new Revoked()),
    });
  logLine("INFO", "replaced itself", context, { runtime: ran });
  await resumeReplacement(services, stored, message);
  return true;
}

/**
 * Sees to it that what runs in the place of a task was started, and that the state that waits for the task is told at
 * its end.
 */
export async function resumeReplacement(services: Services, record: TaskRecord, message: RunMessage): Promise<void> {
  const { id } = record;
  if (message.token !== undefined) await services.canvases.keepToken(id, message.token, services.now());
  // It may have ended before its token was kept: then nobody else answers that.
  const latest = await services.tasks.get(id, services.now());
  if (latest === null) return;
  if (isFinal(latest.status)) return notify(services, latest, message.token);
  const replacement = replacementOf(latest);
  if (replacement === null) return;
  const { node, faults } = parseNode(
    JSON.parse(await services.payloads.load(replacement.node)),
    [],
    CodeTaskNodeSchema,
  );
  if (node === null) {
    // Stored by another version of Celeriac.
    await finish(services, inHand(latest, message.token), {
      status: "FAILURE",
      error: describeError(new InvalidCanvas(faults)),
    });
    return;
  }
  const plan = inPlaceOf(id, planOf(latest, node));
  const { submission } = latest.call;
  const start = { now: replacement.at, submission, nesting: latest.call.nesting + 1 };
  const isRevoked = submission !== null && (await services.canvases.root(submission))?.revoked === true;
  try {
    if (!isRevoked && !latest.terminate) return await startPlan(services, latest, plan, start);
    // Not started, but stored: who asks for the task's children finds them, revoked, and their end ends the task.
    await storePlan(services, latest, plan, start);
    await revokeReplacement(services, latest, latest.terminate);
  } catch (error) {
    if (!(error instanceof TaskIdTaken)) throw error;
    await finish(services, inHand(latest, message.token), { status: "FAILURE", error: describeError(error) });
  }
}

/** The codes of errors for which a replacement is refused before anything of it is stored. */
const REFUSALS: ReadonlySet<string> = new Set(["invalid_canvas", "replaced_too_often", "task_id_taken"]);

/** @throws TaskIdTaken where the task chose an id for what is to run in its place that is not its own. */
async function refuseOthersIds(services: Services, { call }: TaskRecord, plan: Plan): Promise<void> {
  const chosen = plan.tasks.flatMap(({ node }) => node.options.task_id ?? []);
  if (chosen.length === 0) return;
  const taken = await services.tasks.getMany(chosen, services.now(), { consistent: true });
  const other = taken.find((record) => record.call.root !== call.root || record.call.origin !== call.task);
  if (other !== undefined) throw new TaskIdTaken(other.id);
}

function planOf(record: TaskRecord, node: Node): Plan {
  return planFor(record.id, node, String(record.attempt), "replacement");
}

/** The plan with its top where the task is. */
function inPlaceOf(task: string, plan: Plan): Plan {
  const place = { canvas: task, role: "replacement", index: 0, last: true, chunk: 0, together: 1 } as const;
  const placed = <Item extends { readonly id: string }>(item: Item): Item =>
    item.id === plan.top.id ? { ...item, place } : item;
  return { ...plan, tasks: plan.tasks.map(placed), canvases: plan.canvases.map(placed) };
}
