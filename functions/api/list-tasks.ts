import { listTasks as list } from "../../src/client/list.ts";
import { summaryOf } from "../../src/core/answer.ts";
import { ListQuery } from "../../src/core/requests.ts";
import { type Operation, answer, parseQuery } from "./http.ts";

/** `GET /tasks`: records of tasks, newest first. */
export const listTasks: Operation = async (request, runtime) => {
  const page = await list(runtime, parseQuery(request, ListQuery), request.caller);
  return answer(200, { tasks: page.records.map(summaryOf), cursor: page.cursor });
};
