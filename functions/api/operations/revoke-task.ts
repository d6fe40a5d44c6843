import { find } from "../../../src/ask/ask.ts";
import { revoke } from "../../../src/end/revoke.ts";
import { RevokeBody } from "../../../src/core/http/requests.ts";
import { type Operation, answer, param, parseBody } from "../http/request.ts";

/** `POST /tasks/{task_id}/revoke`: what has not started never starts, and with `terminate` what runs is stopped. */
export const revokeTask: Operation = async (request, services) => {
  const { terminate } = parseBody(request, RevokeBody);
  const id = param(request, "task_id").toLowerCase();
  await revoke(services, await find(services, id, request.caller), terminate);
  return answer(202, { task_id: id });
};
