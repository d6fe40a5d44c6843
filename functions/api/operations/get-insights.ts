import { readFailureThreshold } from "../../../src/aws/env.ts";
import { readSummaries } from "../../../src/ask/summaries.ts";
import { rfc3339 } from "../../../src/core/http/answer.ts";
import { hourInsightOf, insightOf } from "../../../src/core/insights/insights.ts";
import { MAX_SUMMARIES } from "../../../src/core/limits.ts";
import { invalidInput } from "../../../src/core/http/problem.ts";
import type { InsightsAnswer } from "../../../src/core/http/answer-schemas.ts";
import { InsightsQuery } from "../../../src/core/http/requests.ts";
import { hourStart, lastHours } from "../../../src/core/insights/summary.ts";
import { type Operation, answer, parseQuery } from "../http/request.ts";

/** `GET /insights`: what became of each task in the last hours, and what to do about its size. */
export const getInsights: Operation = async (request, services) => {
  const query = parseQuery(request, InsightsQuery);
  const now = services.now();
  const hours = lastHours(now, query.hours);
  const tasks = services.registry.tasks.filter(({ name }) => query.task === undefined || name === query.task);
  if (tasks.length * hours.length > MAX_SUMMARIES) throw tooMany(tasks.length);
  const found = await readSummaries(
    services,
    tasks.map(({ name }) => name),
    hours,
  );
  const byTask = Map.groupBy(found, ({ task }) => task);
  return answer(200, {
    since: rfc3339(hourStart(hours[0] ?? "")),
    until: rfc3339(now),
    failure_threshold: readFailureThreshold(),
    tasks: tasks.flatMap(({ name, time_limit: limit }) => {
      const own = byTask.get(name);
      return own === undefined ? [] : [insightOf(name, own, limit)];
    }),
    series: found.map(hourInsightOf).toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time))),
  } satisfies InsightsAnswer);
};

function tooMany(tasks: number) {
  const hours = Math.floor(MAX_SUMMARIES / tasks);
  const message = `is too long for ${tasks} tasks: ask for ${hours} hours at the most, or for one task`;
  return invalidInput([{ path: "/hours", message }]);
}
