import { find } from "../../../src/ask/ask.ts";
import { nodeOf } from "../../../src/ask/node.ts";
import type { NodeAnswer } from "../../../src/core/http/answer-schemas.ts";
import { type Operation, answer, param } from "../http/request.ts";

/** `GET /canvases/{task_id}/node`: what was submitted, to be edited and submitted again. */
export const getNode: Operation = async (request, services) => {
  const found = await find(services, param(request, "task_id"), request.caller);
  return answer(200, (await nodeOf(services, found)) satisfies NodeAnswer);
};
