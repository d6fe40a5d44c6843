import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import type { Source } from "./serve.ts";

/** Milliseconds between two readings of the queues' ages: CloudWatch has one a minute, and asks $0.01 for 1,000. */
const AGES_BEAT = 60_000;

/**
 * Reads from CloudWatch for how long the oldest message of each queue has waited; once a minute at the most.
 * @param prefix of its names
 */
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
