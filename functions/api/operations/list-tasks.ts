import { listTasks as list } from "../../../src/ask/list.ts";
import { summaryOf } from "../../../src/core/http/answer.ts";
import type { ListAnswer } from "../../../src/core/http/answer-schemas.ts";
import { ListQuery } from "../../../src/core/http/requests.ts";
import { type Operation, answer, parseQuery } from "../http/request.ts";

/** `GET /tasks`: records of tasks, newest first. */
export const listTasks: Operation = async (request, services) => {
  const page = await list(services, parseQuery(request, ListQuery), request.caller);
  return answer(200, { tasks: page.records.map(summaryOf), cursor: page.cursor } satisfies ListAnswer);
};
