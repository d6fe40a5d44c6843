import { listTasks } from "../../../src/ask/list.ts";
import { summaryOf } from "../../../src/core/record/answer.ts";
import type { TaskRecord } from "../../../src/core/record/record.ts";
import { SearchQuery } from "../../../src/core/http/requests.ts";
import { hasTerms, previewOf, termsOf } from "../../../src/core/http/search.ts";
import { type Operation, answer, parseQuery } from "../http/request.ts";

/** `GET /search`: tasks that have some words in them, newest first. Each page looks at 1,000 tasks or so; its cursor leads on. */
export const searchTasks: Operation = async (request, services) => {
  const { text = "", ...query } = parseQuery(request, SearchQuery);
  const terms = termsOf(text);
  const page = await listTasks(services, query, request.caller, (record) => hasTerms(record, terms));
  return answer(200, { tasks: page.records.map(rowOf), searched: page.searched, cursor: page.cursor });
};

/** A task as the monitor lists it: with the beginning of its arguments. */
export function rowOf(record: TaskRecord): Record<string, unknown> {
  return { ...summaryOf(record), arguments: previewOf(record) };
}
