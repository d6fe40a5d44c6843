import { find } from "../../../src/ask/ask.ts";
import { graphOf } from "../../../src/ask/graph.ts";
import { rfc3339 } from "../../../src/core/record/answer.ts";
import { type Operation, answer, param } from "../http/request.ts";

/** `GET /canvases/{task_id}`: the submission of a task or group as a graph. */
export const getCanvas: Operation = async (request, services) => {
  const id = param(request, "task_id").toLowerCase();
  const { created, ...graph } = await graphOf(services, await find(services, id, request.caller), request.caller);
  return answer(200, { task_id: id, created_at: rfc3339(created), ...graph });
};
