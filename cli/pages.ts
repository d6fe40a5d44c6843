import { MAX_PAGE } from "../src/core/limits.ts";
import { Page, type Row } from "./answers.ts";
import type { RequestOptions } from "../src/client/http.ts";
import type { Api } from "./api.ts";

/** The newest tasks that a query finds, page by page, `limit` at the most; and whether there may be more. */
export async function taskPages(
  api: Api,
  query: NonNullable<RequestOptions["query"]>,
  limit: number,
): Promise<{ readonly tasks: Row[]; readonly more: boolean }> {
  const tasks: Row[] = [];
  let cursor: string | undefined;
  while (tasks.length < limit) {
    const page = await api.call("GET", "/search", Page, {
      query: { ...query, limit: Math.min(MAX_PAGE, limit - tasks.length), cursor },
    });
    tasks.push(...page.tasks);
    if (page.cursor === null) return { tasks, more: false };
    cursor = page.cursor;
  }
  return { tasks, more: true };
}
