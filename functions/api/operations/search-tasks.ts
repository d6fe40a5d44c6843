import { listTasks } from "../../../src/ask/list.ts";
import { rowOf } from "../../../src/core/http/answer.ts";
import type { SearchAnswer } from "../../../src/core/http/answer-schemas.ts";
import { SearchQuery } from "../../../src/core/http/requests.ts";
import { hasTerms, termsOf } from "../../../src/core/http/search.ts";
import { type Operation, answer, parseQuery } from "../http/request.ts";

/**
 * `GET /search`: tasks that have some words in them, newest first. Each page looks at 1,000 tasks or so; its cursor
 * leads on.
 */
export const searchTasks: Operation = async (request, services) => {
  const { text = "", ...query } = parseQuery(request, SearchQuery);
  const terms = termsOf(text);
  const page = await listTasks(services, query, request.caller, (record) => hasTerms(record, terms));
  const { searched, cursor } = page;
  return answer(200, { tasks: page.records.map(rowOf), searched, cursor } satisfies SearchAnswer);
};
