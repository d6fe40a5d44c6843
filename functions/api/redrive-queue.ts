import { redrive } from "../../src/client/redrive.ts";
import { Problem } from "../../src/core/problem.ts";
import { EmptyBody } from "../../src/core/requests.ts";
import { type Operation, answer, param, parseBody } from "./http.ts";

/** `POST /queues/{name}/redrive`: the dead tasks of a queue run again. */
export const redriveQueue: Operation = async (request, runtime) => {
  parseBody(request, EmptyBody);
  const name = param(request, "name");
  if (!runtime.registry.modules().includes(name)) {
    throw new Problem(404, "unknown_queue", "There is no queue of this name. GET /queues lists them.");
  }
  return answer(202, { name, redriven: await redrive(runtime, name) });
};
