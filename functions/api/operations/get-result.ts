import { describe } from "../../../src/ask/ask.ts";
import { untilEnded } from "../../../src/ask/wait.ts";
import { WaitQuery } from "../../../src/core/http/requests.ts";
import { type Operation, param, parseQuery } from "../http/request.ts";

/** `GET /result/{task_id}`: the record with its result, once the task has ended or the wait is over. */
export const getResult: Operation = async (request, services) => {
  const { wait = 0 } = parseQuery(request, WaitQuery);
  const found = await untilEnded(services, param(request, "task_id"), request.caller, { wait });
  return { status: 200, json: await describe(services, found) };
};
