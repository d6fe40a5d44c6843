import { Dashboard, GraphWidget, type IWidget, Metric, TextWidget } from "aws-cdk-lib/aws-cloudwatch";
import { CfnQueryDefinition } from "aws-cdk-lib/aws-logs";
import { Duration } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import { API_FUNCTIONS } from "../api-functions.ts";
import type { StageContext } from "../stage.ts";
import { taskMetric } from "./stage-alarms.ts";

const FIVE_MINUTES = Duration.minutes(5);
/** Of the 24 columns of a dashboard: two graphs in a row. */
const WIDTH = 12;

/**
 * What is looked for in the logs, in CloudWatch Logs Insights' language. The reader of the logs fills in the ids; each
 * GB that is searched costs $0.005.
 */
const QUERIES: Readonly<Record<string, string>> = {
  "a task by its id": `fields @timestamp, level, message, task, runtime, correlation_id, @log
| filter task_id = "TASK_ID"
| sort @timestamp asc
| limit 1000`,
  "all of a correlation id": `fields @timestamp, level, message, task, task_id, route, status, @log
| filter correlation_id = "CORRELATION_ID"
| sort @timestamp asc
| limit 1000`,
  "slowest tasks": `filter ispresent(task_id) and ispresent(runtime)
| sort runtime desc
| display @timestamp, task, task_id, runtime, message
| limit 50`,
  "errors by type": `filter ispresent(task_id) and message like /^failed: /
| parse message "failed: *" as type
| stats count(*) as failures, latest(task_id) as example by type, task
| sort failures desc`,
};

/** What one looks at when an alarm goes off: a dashboard of the stage, and queries of its logs. */
export class StageView extends Construct {
  readonly dashboard: Dashboard;
  readonly queries: readonly CfnQueryDefinition[];
  readonly #stage: StageContext;
  readonly #modules: readonly string[];

  constructor(
    scope: Construct,
    id: string,
    { stage, modules }: { readonly stage: StageContext; readonly modules: readonly string[] },
  ) {
    super(scope, id);
    this.#stage = stage;
    this.#modules = modules;
    this.dashboard = new Dashboard(this, "Dashboard", { dashboardName: stage.names.dashboard, widgets: this.#rows() });
    this.queries = Object.entries(QUERIES).map(
      ([name, queryString]) =>
        new CfnQueryDefinition(this, `Query ${name}`, {
          name: `${stage.names.prefix}/${name}`,
          logGroupNames: this.#functions().map((lambda) => stage.names.logGroup(lambda)),
          queryString,
        }),
    );
  }

  #functions(): string[] {
    return [...this.#modules.map((name) => `task-${name}`), "canvas", ...API_FUNCTIONS.map((name) => `api-${name}`)];
  }

  #rows(): IWidget[][] {
    const { prefix } = this.#stage.names;
    const queues = [...this.#modules, "canvas"];
    const title = new TextWidget({
      markdown: `# ${prefix}\nTasks one by one: \`npm run dashboard -- --stage ${this.#stage.config.stage}\`. Their logs: the saved queries in the folder \`${prefix}\`.`,
      width: 2 * WIDTH,
      height: 2,
    });
    return [
      [title],
      this.#tasks(),
      [
        graph("Messages that wait", this.#ofQueues(queues, "ApproximateNumberOfMessagesVisible", "Maximum")),
        graph("Age of the oldest message, s", this.#ofQueues(queues, "ApproximateAgeOfOldestMessage", "Maximum")),
      ],
      [
        graph("Environments at work", this.#ofFunctions("ConcurrentExecutions", "Maximum")),
        graph("Throttled invocations", this.#ofFunctions("Throttles", "Sum")),
      ],
      [
        graph("Functions that failed", this.#ofFunctions("Errors", "Sum")),
        graph(
          "API: requests and refusals",
          ["Count", "4XXError", "5XXError"].map((name) => this.#ofApi(name, "Sum")),
        ),
      ],
    ].filter((row) => row.length > 0);
  }

  /** What workers say themselves, where the stage has their metrics. */
  #tasks(): IWidget[] {
    const stage = this.#stage;
    if (stage.config.metrics === "off") return [];
    return [
      graph(
        "Tasks that ended",
        ["Succeeded", "Failed", "Retried"].map((name) => taskMetric(stage, name, "Sum")),
      ),
      graph("Runtime and wait, s", [
        taskMetric(stage, "Runtime", "p50"),
        taskMetric(stage, "Runtime", "p95"),
        taskMetric(stage, "QueueWait", "p95"),
      ]),
    ];
  }

  #ofQueues(names: readonly string[], metricName: string, statistic: string): Metric[] {
    const { names: stage } = this.#stage;
    return names.map((name) => metric("AWS/SQS", metricName, statistic, { QueueName: stage.queue(name) }, name));
  }

  #ofFunctions(metricName: string, statistic: string): Metric[] {
    const { names } = this.#stage;
    return this.#functions().map((name) =>
      metric("AWS/Lambda", metricName, statistic, { FunctionName: names.lambda(name) }, name),
    );
  }

  #ofApi(metricName: string, statistic: string): Metric {
    return metric("AWS/ApiGateway", metricName, statistic, { ApiName: this.#stage.names.prefix }, metricName);
  }
}

function metric(
  namespace: string,
  metricName: string,
  statistic: string,
  dimensionsMap: Record<string, string>,
  label: string,
): Metric {
  return new Metric({ namespace, metricName, statistic, dimensionsMap, label, period: FIVE_MINUTES });
}

function graph(title: string, left: Metric[]): GraphWidget {
  return new GraphWidget({ title, left, width: WIDTH, height: 6 });
}
