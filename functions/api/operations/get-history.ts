import { readFailureThreshold } from "../../../src/aws/env.ts";
import { readSummaries } from "../../../src/ask/summaries.ts";
import type { HistoryAnswer } from "../../../src/core/http/answer-schemas.ts";
import { rfc3339 } from "../../../src/core/http/answer.ts";
import { HistoryQuery } from "../../../src/core/http/requests.ts";
import { lastHours, minutesOf } from "../../../src/core/insights/summary.ts";
import { MAX_SUMMARIES } from "../../../src/core/limits.ts";
import { type Operation, answer, parseQuery } from "../http/request.ts";

/** Minutes between two samples of the queues where many are asked for: a chart has no more room. */
const SAMPLES = 180;

/** `GET /history`: what became of tasks by the minute, and how full the queues were. */
export const getHistory: Operation = async (request, services) => {
  const { minutes } = parseQuery(request, HistoryQuery);
  const now = services.now();
  const since = now - minutes * 60_000;
  const hours = lastHours(now, Math.ceil(minutes / 60) + 1);
  const names = services.registry.tasks.map(({ name }) => name).slice(0, Math.floor(MAX_SUMMARIES / hours.length));
  const [found, samples] = await Promise.all([
    readSummaries(services, names, hours),
    services.samples.since(since, now, Math.ceil(minutes / SAMPLES)),
  ]);
  const told = found.flatMap(({ task, hour, counters }) =>
    minutesOf(hour, counters)
      .filter(({ time }) => time > since - 60_000)
      .map(({ time, succeeded, failed, retried, runMs }) => ({
        time: rfc3339(time),
        task,
        succeeded,
        failed,
        retried,
        runtime_mean: runMs / (succeeded + failed + retried) / 1000,
      })),
  );
  return answer(200, {
    since: rfc3339(since),
    until: rfc3339(now),
    failure_threshold: readFailureThreshold(),
    minutes: told.toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time))),
    samples: samples.map(({ time, queues }) => ({ time: rfc3339(time), queues: [...queues] })),
  } satisfies HistoryAnswer);
};
