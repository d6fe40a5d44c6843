import { beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { alarmMetrics, idlePolls } from "../../src/core/insights/estimate.ts";
import { type Stage, synthesizeStage } from "./support.ts";

const STAGES = {
  dev: {},
  fine: { metrics: "task", failureThreshold: 0.025 },
  bare: { metrics: "off", dashboard: false },
};

let dev: Stage;
let fine: Stage;
let bare: Stage;
beforeAll(async () => {
  dev = await synthesizeStage(STAGES, "dev");
  fine = await synthesizeStage(STAGES, "fine");
  bare = await synthesizeStage(STAGES, "bare");
});

const alarms = (stage: Stage): string[] =>
  stage.values("AWS::CloudWatch::Alarm", "AlarmName").map((name) => String(name).split("-").slice(2).join("-"));
const alarm = (name: string): string =>
  JSON.stringify(dev.one("AWS::CloudWatch::Alarm", "AlarmName", `celeriac-dev-${name}`).Properties);

describe("the alarms on tasks", () => {
  test("watch how many fail, and how near most come to their soft limit", () => {
    expect(alarm("failure-rate")).toMatch(/"Namespace":"Celeriac"/);
    expect(alarm("failure-rate")).toMatch(/IF\(FILL\(f, 0\) >= 5, 100 \* f/);
    expect(alarm("soft-limit")).toMatch(/"ExtendedStatistic":"p95".*"MetricName":"SoftLimitUsed"/);
    for (const name of ["failure-rate", "soft-limit"]) expect(alarm(name)).toMatch(/"Name":"Stage","Value":"dev"/);
  });

  test("tell of failures above the stage's threshold, which the monitor is told as well", () => {
    const properties = (stage: Stage, name: string) =>
      stage.one("AWS::CloudWatch::Alarm", "AlarmName", `celeriac-${name}-failure-rate`).Properties;
    expect(properties(dev, "dev")).toMatchObject({ Threshold: 10 });
    expect(properties(fine, "fine")).toMatchObject({
      Threshold: 2.5,
      AlarmDescription: "Over 2.5% of tasks fail, and at least 5 of them.",
    });
    const told = fine.one("AWS::Lambda::Function", "FunctionName", "celeriac-fine-api-read").Properties;
    expect(JSON.stringify(told["Environment"])).toContain('"CELERIAC_FAILURE_THRESHOLD":"0.025"');
  });

  test("are there with the metrics that they read", () => {
    expect(alarms(dev)).toEqual(expect.arrayContaining(["failure-rate", "soft-limit"]));
    expect(alarms(bare)).not.toContain("failure-rate");
    expect(alarms(bare)).not.toContain("soft-limit");
  });

  test("stand beside four others, each of which says what no other does", () => {
    expect(alarms(bare).toSorted()).toEqual(["api-errors", "dead-letters", "oldest-message", "worker-errors"]);
  });

  test("reckon with the pollers that the mappings have: five where the concurrency is bounded, else two", () => {
    const pollers = dev
      .values("AWS::Lambda::EventSourceMapping", "ScalingConfig")
      .reduce<number>((sum, scaling) => sum + (scaling === undefined ? 2 : 5), 0);
    expect(idlePolls(dev.modules.length)).toBe(pollers * 3 * 60 * 24 * 30);
  });

  test("tell of the authorizer of a stage with tokens too: what it cannot answer is a 5xx of the API", async () => {
    const jwt = { issuer: "https://id.example", audience: "celeriac" };
    const stage = await synthesizeStage({ dev: { auth: { jwt }, apiConcurrency: 20 } }, "dev");
    for (const type of ["AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"]) {
      const { Properties } = stage.one("AWS::ApiGateway::GatewayResponse", "ResponseType", type);
      expect(Properties["StatusCode"]).toBe("503");
    }
    const authorizer = stage.one("AWS::Lambda::Function", "FunctionName", "celeriac-dev-api-authorize");
    expect(authorizer.Properties["ReservedConcurrentExecutions"]).toBe(20);
  });

  test("read as many metrics as the estimate of a month reckons with", () => {
    const Metrics = z.array(z.object({ MetricStat: z.unknown().optional() })).optional();
    const read = dev.values("AWS::CloudWatch::Alarm", "Metrics").reduce<number>((sum, value) => {
      const metrics = Metrics.parse(value);
      return sum + (metrics === undefined ? 1 : metrics.filter((one) => one.MetricStat !== undefined).length);
    }, 0);
    expect(read).toBe(alarmMetrics(dev.modules.length));
  });
});

describe("metrics", () => {
  const levels = (stage: Stage): unknown[] =>
    stage.modules.map(({ name }) => {
      const lambda = stage.one("AWS::Lambda::Function", "FunctionName", `celeriac-${stage.config.stage}-task-${name}`);
      const { Variables } = z
        .object({ Variables: z.record(z.string(), z.unknown()) })
        .parse(lambda.Properties["Environment"]);
      return Variables["CELERIAC_METRICS"];
    });

  test("are as fine as the stage says, for every worker", () => {
    expect(new Set(levels(dev))).toEqual(new Set(["stage"]));
    expect(new Set(levels(fine))).toEqual(new Set(["task"]));
    expect(new Set(levels(bare))).toEqual(new Set(["off"]));
  });
});

describe("the dashboard", () => {
  const bodyOf = (stage: Stage): string =>
    JSON.stringify(stage.all("AWS::CloudWatch::Dashboard").map(({ Properties }) => Properties["DashboardBody"]));

  test("shows every queue that is worked off and every function, and nothing that is not deployed", () => {
    const body = bodyOf(dev);
    const functions = dev
      .values("AWS::Lambda::Function", "FunctionName")
      .map(String)
      .filter((name) => !name.endsWith("-authorize"));
    const queues = dev
      .values("AWS::SQS::Queue", "QueueName")
      .map(String)
      .filter((name) => !name.endsWith("-dead"));
    for (const name of [...functions, ...queues]) expect(body).toContain(name);
    const shown = [...body.matchAll(/celeriac-dev-[\w-]+/g)].map(([name]) => name);
    expect(new Set(shown)).toEqual(new Set([...functions, ...queues]));
  });

  test("shows what workers say of tasks, where they do", async () => {
    expect(bodyOf(dev)).toContain("Succeeded");
    expect(bodyOf(await synthesizeStage({ dev: { metrics: "off" } }, "dev"))).not.toContain("Succeeded");
  });

  test("and the queries are left out where the stage says so", () => {
    expect(bare.all("AWS::CloudWatch::Dashboard")).toEqual([]);
    expect(bare.all("AWS::Logs::QueryDefinition")).toEqual([]);
  });
});

describe("the saved queries", () => {
  test("look through the logs of every function for a task, a correlation id, slow tasks and errors", () => {
    const queries = dev.all("AWS::Logs::QueryDefinition").map(({ Properties }) => Properties);
    expect(queries.map(({ Name }) => Name)).toEqual([
      "celeriac-dev/a task by its id",
      "celeriac-dev/all of a correlation id",
      "celeriac-dev/slowest tasks",
      "celeriac-dev/errors by type",
    ]);
    const groups = dev
      .values("AWS::Logs::LogGroup", "LogGroupName")
      .map(String)
      .filter((name) => name.startsWith("/aws/lambda/"));
    for (const { LogGroupNames } of queries)
      expect(new Set(z.array(z.string()).parse(LogGroupNames))).toEqual(new Set(groups));
  });
});
