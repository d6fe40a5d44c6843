import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import type { PlannedTask } from "../core/canvas/plan.ts";
import type { TaskNode } from "../core/canvas/signature.ts";
import { CeleriacError } from "../core/errors.ts";
import { DAY } from "../core/limits.ts";
import { type Call, type CallContext, createCall } from "../core/record/message.ts";

/** A task that is ready to be recorded and sent. */
export interface TaskCall {
  readonly id: string;
  readonly call: Call;
}

/** Stores a planned task's arguments and makes its call. @throws CeleriacError `unknown_task` */
export async function makeCall(services: Services, task: PlannedTask, context: CallContext): Promise<TaskCall> {
  const { id, node } = task;
  const registered = services.registry.find(node.task);
  if (registered === null) throw new CeleriacError("unknown_task", `No task "${node.task}" is registered.`);
  const call = createCall(task, registered, context, { json: "" });
  // Objects expire some weeks after they were made; those of a lone task that starts in a day or later are kept longer.
  const isAlone = task.place === null || task.place.role === "replacement";
  const isLater = isAlone && (call.eta ?? 0) > services.now() + DAY * 1000;
  const key = `${isLater ? "later" : "payloads"}/${payloadName(id, node)}.json`;
  const payload = await services.payloads.store(key, JSON.stringify([node.args, node.kwargs]));
  return { id, call: { ...call, payload } };
}

/** An id of the client's choice may be taken, and its owner keeps their own arguments. */
function payloadName(id: string, node: TaskNode): string {
  return node.options.task_id === undefined ? id : `${id}/${derivedId(id, JSON.stringify([node.args, node.kwargs]))}`;
}
