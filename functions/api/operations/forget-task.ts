import { findTask } from "../../../src/ask/ask.ts";
import { forget } from "../../../src/end/forget.ts";
import { type Operation, param } from "../http/request.ts";

/** `DELETE /tasks/{task_id}`: forgets a task that has ended, with its payloads. */
export const forgetTask: Operation = async (request, services) => {
  await forget(services, await findTask(services, param(request, "task_id"), request.caller));
  return { status: 204, json: "" };
};
