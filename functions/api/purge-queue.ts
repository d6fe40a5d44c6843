import { CANVAS_QUEUE } from "../../src/aws/engine.ts";
import { Problem } from "../../src/core/problem.ts";
import { EmptyBody } from "../../src/core/requests.ts";
import { type Operation, answer, param, parseBody } from "./http.ts";

/** `POST /queues/{name}/purge`: what waits in a queue is revoked. */
export const purgeQueue: Operation = async (request, runtime) => {
  parseBody(request, EmptyBody);
  const name = param(request, "name");
  if (!runtime.registry.modules().includes(name)) {
    throw new Problem(404, "unknown_queue", "There is no queue of this name. GET /queues lists them.");
  }
  await runtime.queues.send({
    module: CANVAS_QUEUE,
    message: { op: "purge", queue: name, before: runtime.now() },
    delay: 0,
  });
  return answer(202, { name });
};
