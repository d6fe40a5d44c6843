import { find } from "../../../src/ask/ask.ts";
import { graphOf } from "../../../src/ask/graph.ts";
import type { GraphAnswer } from "../../../src/core/http/answer-schemas.ts";
import { type Operation, answer, param } from "../http/request.ts";

/** `GET /canvases/{task_id}`: the submission of a task or group as a graph. */
export const getCanvas: Operation = async (request, services) => {
  const id = param(request, "task_id").toLowerCase();
  const graph = await graphOf(services, await find(services, id, request.caller), request.caller);
  return answer(200, { task_id: id, ...graph } satisfies GraphAnswer);
};
