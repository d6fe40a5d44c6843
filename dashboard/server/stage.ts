import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { LogLine, LogRequest, Source } from "./serve.ts";

/**
 * Lines that one look at a log gives, and the requests that it makes: FilterLogEvents may answer pages that are empty.
 */
const MAX_LINES = 500;
const MAX_REQUESTS = 10;
/** Milliseconds for which a task's worker may still log of it when it has ended. */
const AFTERMATH = 60_000;
/** Milliseconds between two readings of the queues' ages: CloudWatch has one a minute, and asks $0.01 for 1,000. */
const AGES_BEAT = 60_000;

/** Reads the logs of a stage's tasks by their ids, with the user's own right to read them. @param prefix of its names */
export function createLogReader(prefix: string): NonNullable<Source["logs"]> {
  const client = new CloudWatchLogsClient();
  return async ({ task, taskId, from, to }: LogRequest) => {
    const lines: LogLine[] = [];
    let nextToken: string | undefined;
    for (let request = 0; request < MAX_REQUESTS; request += 1) {
      const answer = await client.send(
        new FilterLogEventsCommand({
          logGroupName: `/aws/lambda/${prefix}-task-${task.slice(0, task.indexOf("."))}`,
          filterPattern: `{ $.task_id = "${taskId}" }`,
          startTime: from,
          ...(to === null ? {} : { endTime: to + AFTERMATH }),
          limit: MAX_LINES,
          nextToken,
        }),
      );
      lines.push(...(answer.events ?? []).map((event) => lineOf(event.message ?? "", event.timestamp ?? 0)));
      nextToken = answer.nextToken;
      if (nextToken === undefined || lines.length >= MAX_LINES) break;
    }
    return { lines, more: nextToken !== undefined };
  };
}

/** A line as the functions write it: JSON, with what it is about. */
export function lineOf(text: string, timestamp: number): LogLine {
  const received = new Date(timestamp).toISOString();
  try {
    const { time, level, message, task_id: _, ...fields } = JSON.parse(text);
    return { time: String(time ?? received), level: String(level ?? ""), message: String(message ?? ""), fields };
  } catch {
    return { time: received, level: "", message: text.trimEnd(), fields: {} };
  }
}

/** Reads from CloudWatch for how long the oldest message of each queue has waited; once a minute at the most. @param prefix of its names */
export function createAgeReader(prefix: string): NonNullable<Source["ages"]> {
  const client = new CloudWatchClient();
  let read = 0;
  let ages: Readonly<Record<string, number>> = {};
  return async (queues) => {
    const now = Date.now();
    if (now - read < AGES_BEAT || queues.length === 0) return ages;
    read = now;
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - 5 * 60_000),
        EndTime: new Date(now),
        ScanBy: "TimestampDescending",
        MetricDataQueries: queues.map((queue, at) => ({
          Id: `q${at}`,
          MetricStat: {
            Metric: {
              Namespace: "AWS/SQS",
              MetricName: "ApproximateAgeOfOldestMessage",
              Dimensions: [{ Name: "QueueName", Value: `${prefix}-${queue}` }],
            },
            Period: 60,
            Stat: "Maximum",
          },
        })),
      }),
    );
    const latest = new Map(MetricDataResults?.map(({ Id, Values }) => [Id, Values?.[0]]));
    ages = Object.fromEntries(queues.map((queue, at) => [queue, latest.get(`q${at}`) ?? 0]));
    return ages;
  };
}
