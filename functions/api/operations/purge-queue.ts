import { CANVAS_QUEUE } from "../../../src/aws/engine.ts";
import { EmptyBody } from "../../../src/core/http/requests.ts";
import { type Operation, answer, parseBody, queueParam } from "../http/request.ts";

/** `POST /queues/{name}/purge`: what waits in a queue is revoked. */
export const purgeQueue: Operation = async (request, runtime) => {
  parseBody(request, EmptyBody);
  const name = queueParam(request, runtime);
  await runtime.queues.send({
    module: CANVAS_QUEUE,
    message: { op: "purge", queue: name, before: runtime.now() },
    delay: 0,
  });
  return answer(202, { name });
};
