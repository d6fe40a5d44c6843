import { redrive } from "../../src/client/redrive.ts";
import { EmptyBody } from "../../src/core/requests.ts";
import { type Operation, answer, parseBody, queueParam } from "./http.ts";

/** `POST /queues/{name}/redrive`: the dead tasks of a queue run again. */
export const redriveQueue: Operation = async (request, runtime) => {
  parseBody(request, EmptyBody);
  const name = queueParam(request, runtime);
  return answer(202, { name, redriven: await redrive(runtime, name) });
};
