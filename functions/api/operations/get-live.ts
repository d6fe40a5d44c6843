import { look } from "../../../src/ask/live.ts";
import { rfc3339 } from "../../../src/core/record/answer.ts";
import { LiveQuery } from "../../../src/core/http/requests.ts";
import { type Operation, answer, parseQuery } from "../http/request.ts";
import { rowOf } from "./search-tasks.ts";

/** `GET /live`: what has changed for somebody who watches. */
export const getLive: Operation = async (request, services) => {
  const { now, tasks, states, ...rest } = await look(services, parseQuery(request, LiveQuery), request.caller);
  return answer(200, {
    now: rfc3339(now),
    tasks: tasks.map(rowOf),
    states: states.map(({ state, ...ids }) => ({ ...ids, ...state })),
    ...rest,
  });
};
