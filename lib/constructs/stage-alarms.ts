import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { METRICS_NAMESPACE } from "../../src/core/insights/emf.ts";
import type { StageContext } from "../stage.ts";

/** Metrics that one alarm may compute with (CloudWatch: "Metrics in a metric math expression alarm"). */
const METRICS_PER_ALARM = 10;
const FIVE_MINUTES = Duration.minutes(5);
/**
 * Seconds that the oldest message may wait: more than one crash with its redelivery takes (930 s), so it means that
 * nothing gets through.
 */
const OLDEST_MESSAGE = 1_800;

/** Failures in five minutes: below, one bad call would be an alarm. */
const FEWEST_FAILURES = 5;
/** Percent of their soft limit that most tasks may take: beyond, a slow day ends them. */
const SOFT_LIMIT_USED = 90;

/** A metric that workers write of all tasks of a stage. */
export function taskMetric({ names }: StageContext, metricName: string, statistic: string): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { Stage: names.label },
    statistic,
    period: FIVE_MINUTES,
  });
}

/** What the alarms of a stage watch, and whom they tell. */
export interface StageAlarmsProps {
  readonly stage: StageContext;
  /** The names of the modules that are deployed. */
  readonly modules: readonly string[];
  /** Whom they tell. */
  readonly actions: readonly IAlarmAction[];
}

/** Few alarms, each of which wants a person: one for a kind of fault, not one for each resource. */
export class StageAlarms extends Construct {
  readonly #stage: StageContext;
  readonly #actions: readonly IAlarmAction[];
  readonly #alarms: Alarm[] = [];

  constructor(scope: Construct, id: string, { stage, modules, actions }: StageAlarmsProps) {
    super(scope, id);
    this.#stage = stage;
    this.#actions = actions;
    this.#watchQueues([...modules, "canvas"]);
    this.#watchFunctions([...modules.map((name) => `task-${name}`), "canvas"]);
    this.#watchDeadLetters();
    this.#watchApi();
    if (stage.config.metrics !== "off") this.#watchTasks();
  }

  /** All of them. */
  get all(): readonly Alarm[] {
    return this.#alarms;
  }

  #watchQueues(names: readonly string[]): void {
    const metrics = names.map((name) => this.#queueMetric(name, "ApproximateAgeOfOldestMessage", "Maximum"));
    this.#alarmOnEach(
      "oldest-message",
      `A message waits for over ${OLDEST_MESSAGE / 60} minutes.`,
      "MAX",
      metrics,
      OLDEST_MESSAGE,
    );
  }

  /**
   * Of the functions that nobody waits for. One of the API's that fails, or is refused, comes out as a 5xx; one of
   * these that is refused leaves its messages in their queue, whose age is watched.
   */
  #watchFunctions(names: readonly string[]): void {
    const metrics = names.map((name) => this.#functionMetric(name, "Errors"));
    const description = "A worker or the canvas function itself failed or timed out; a failed task is none.";
    this.#alarmOnEach("worker-errors", description, "SUM", metrics, 0);
  }

  /** The dead-letter queue is consumed at once, so what counts is what was received from it, not what lies in it. */
  #watchDeadLetters(): void {
    const metric = this.#queueMetric("dead", "NumberOfMessagesReceived", "Sum");
    this.#alarm("dead-letters", {
      alarmDescription:
        "Messages were delivered ten times in vain: they go back if nobody took them up, else they are FAILURE.",
      metric,
      threshold: 0,
    });
  }

  /** Its functions among it, and the authorizer: each that fails or has no concurrency left is a 5xx to the caller. */
  #watchApi(): void {
    const metric = new Metric({
      namespace: "AWS/ApiGateway",
      metricName: "5XXError",
      dimensionsMap: { ApiName: this.#stage.names.prefix },
      statistic: "Sum",
      period: FIVE_MINUTES,
    });
    this.#alarm("api-errors", {
      alarmDescription: "The API answered with a 5xx: a function of it failed, or was refused.",
      metric,
      threshold: 0,
    });
  }

  #watchTasks(): void {
    const failed = taskMetric(this.#stage, "Failed", "Sum");
    const succeeded = taskMetric(this.#stage, "Succeeded", "Sum");
    const threshold = Number((100 * this.#stage.config.failureThreshold).toFixed(1));
    this.#alarm("failure-rate", {
      alarmDescription: `Over ${threshold}% of tasks fail, and at least ${FEWEST_FAILURES} of them.`,
      metric: new MathExpression({
        expression: `IF(FILL(f, 0) >= ${FEWEST_FAILURES}, 100 * f / (f + FILL(s, 0)), 0)`,
        usingMetrics: { f: failed, s: succeeded },
        period: FIVE_MINUTES,
        label: "failed, percent",
      }),
      threshold,
    });
    this.#alarm("soft-limit", {
      alarmDescription: `One in twenty tasks takes over ${SOFT_LIMIT_USED}% of its soft limit.`,
      metric: taskMetric(this.#stage, "SoftLimitUsed", "p95"),
      threshold: SOFT_LIMIT_USED,
    });
  }

  #queueMetric(name: string, metricName: string, statistic: string): Metric {
    return new Metric({
      namespace: "AWS/SQS",
      metricName,
      dimensionsMap: { QueueName: this.#stage.names.queue(name) },
      statistic,
      period: FIVE_MINUTES,
    });
  }

  #functionMetric(name: string, metricName: string): Metric {
    return new Metric({
      namespace: "AWS/Lambda",
      metricName,
      dimensionsMap: { FunctionName: this.#stage.names.lambda(name) },
      statistic: "Sum",
      period: FIVE_MINUTES,
    });
  }

  /** One alarm for up to ten metrics, over their sum or maximum. */
  #alarmOnEach(
    id: string,
    description: string,
    combine: "MAX" | "SUM",
    metrics: readonly Metric[],
    threshold: number,
  ): void {
    for (let first = 0; first < metrics.length; first += METRICS_PER_ALARM) {
      const group = metrics.slice(first, first + METRICS_PER_ALARM);
      const usingMetrics: Record<string, IMetric> = Object.fromEntries(
        group.map((metric, index) => [`m${index}`, metric]),
      );
      // FILL: a metric without data in a period (an idle queue) would take the whole expression's value away.
      const expression = `${combine}([${Object.keys(usingMetrics)
        .map((key) => `FILL(${key}, 0)`)
        .join(", ")}])`;
      const metric = new MathExpression({ expression, usingMetrics, period: FIVE_MINUTES, label: id });
      const suffix = first === 0 ? "" : `-${first / METRICS_PER_ALARM + 1}`;
      this.#alarm(`${id}${suffix}`, { alarmDescription: description, metric, threshold });
    }
  }

  #alarm(id: string, props: Pick<AlarmProps, "alarmDescription" | "metric" | "threshold">): void {
    const alarm = new Alarm(this, id, {
      ...props,
      alarmName: `${this.#stage.names.prefix}-${id}`,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    for (const action of this.#actions) alarm.addAlarmAction(action);
    this.#alarms.push(alarm);
  }
}
