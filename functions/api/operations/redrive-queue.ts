import { redrive } from "../../../src/end/redrive.ts";
import type { RedriveAnswer } from "../../../src/core/http/answer-schemas.ts";
import { EmptyBody } from "../../../src/core/http/requests.ts";
import { type Operation, answer, parseBody, queueParam } from "../http/request.ts";

/** `POST /queues/{name}/redrive`: the dead tasks of a queue run again. */
export const redriveQueue: Operation = async (request, services) => {
  parseBody(request, EmptyBody);
  const name = queueParam(request, services);
  const { waiting, delayed } = await services.queues.depth(name);
  return answer(202, { name, redriven: await redrive(services, name), waiting, delayed } satisfies RedriveAnswer);
};
