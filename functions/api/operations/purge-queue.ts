import { CANVAS_QUEUE } from "../../../src/aws/engine.ts";
import type { PurgeAnswer } from "../../../src/core/http/answer-schemas.ts";
import { EmptyBody } from "../../../src/core/http/requests.ts";
import { type Operation, answer, parseBody, queueParam } from "../http/request.ts";

/** `POST /queues/{name}/purge`: what waits in a queue is revoked. */
export const purgeQueue: Operation = async (request, services) => {
  parseBody(request, EmptyBody);
  const name = queueParam(request, services);
  const { waiting, delayed } = await services.queues.depth(name);
  await services.queues.send({
    module: CANVAS_QUEUE,
    message: { op: "purge", queue: name, before: services.now() },
    delay: 0,
  });
  return answer(202, { name, waiting, delayed } satisfies PurgeAnswer);
};
