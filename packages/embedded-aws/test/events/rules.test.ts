import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createLog } from "../../src/log.ts";
import { matches, readRule, startRules } from "../../src/events/rules.ts";
import { planDeployment } from "../../src/deploy/plan.ts";
import { ACCOUNT } from "../../src/resource.ts";
import type { DeployedResource } from "../../src/resource.ts";

const QUEUE = "arn:aws:sqs:us-east-1:000000000000:canvas";
const silent = createLog(() => {}, false);

function ruleOf(properties: Readonly<Record<string, unknown>>): DeployedResource {
  return { stack: "s", logicalId: "R", type: "AWS::Events::Rule", properties, physicalId: "r", arn: "arn:rule/r" };
}

/** Starts rules and collects what they deliver. */
function start(...properties: Readonly<Record<string, unknown>>[]): {
  put: ReturnType<typeof startRules>["put"];
  delivered: string[];
} {
  const delivered: string[] = [];
  const deliver = async (target: { arn: string }, input: string): Promise<void> =>
    void delivered.push(`${target.arn} ${input}`);
  const rules = startRules(
    properties.map((rule) => readRule(ruleOf(rule))),
    deliver,
    silent,
  );
  onTestFinished(rules.stop);
  return { put: rules.put, delivered };
}

describe("an event rule", () => {
  it("an event rule fires at its rate", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { delivered } = start({
      ScheduleExpression: "rate(10 minutes)",
      Targets: [{ Id: "t", Arn: QUEUE, Input: '{"op":"sweep"}' }],
    });
    vi.advanceTimersByTime(599_999);
    expect(delivered).toEqual([]);
    vi.advanceTimersByTime(600_001);
    expect(delivered).toEqual([`${QUEUE} {"op":"sweep"}`, `${QUEUE} {"op":"sweep"}`]);
  });

  it("sends the events that fit its pattern, whole or in the form that it asks for", () => {
    const EventPattern = { source: ["aws.states"], detail: { status: ["FAILED", "ABORTED"] } };
    const InputTransformer = {
      InputPathsMap: { name: "$.detail.name", count: "$.detail.count" },
      InputTemplate: '{"op":"status","id":<name>,"n":<count>,"text":"the <name> has <count>"}',
    };
    const { put, delivered } = start(
      { EventPattern, Targets: [{ Id: "t", Arn: QUEUE, InputTransformer }] },
      { EventPattern, Targets: [{ Id: "t", Arn: QUEUE, InputPath: "$.detail" }] },
      { EventPattern, State: "DISABLED", Targets: [{ Id: "t", Arn: QUEUE }] },
    );
    put({ source: "aws.states", detailType: "x", detail: { status: "SUCCEEDED" } });
    expect(delivered).toEqual([]);
    put({ source: "aws.states", detailType: "x", detail: { status: "FAILED", name: 'a "b"', count: 3 } });
    expect(delivered).toEqual([
      `${QUEUE} {"op":"status","id":"a \\"b\\"","n":3,"text":"the a \\"b\\" has 3"}`,
      `${QUEUE} {"status":"FAILED","name":"a \\"b\\"","count":3}`,
    ]);
  });

  it("an event rule sends events in EventBridge's envelope", () => {
    const { put, delivered } = start({ EventPattern: { source: ["a"] }, Targets: [{ Id: "t", Arn: QUEUE }] });
    put({ source: "a", detailType: "b", detail: { c: 1 } });
    expect(JSON.parse(delivered[0]?.slice(QUEUE.length) ?? "")).toEqual({
      version: "0",
      id: expect.any(String),
      "detail-type": "b",
      source: "a",
      account: ACCOUNT,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: "us-east-1",
      resources: [],
      detail: { c: 1 },
    });
  });

  it.each([
    [{ a: ["x"] }, { a: "x" }, true],
    [{ a: ["x"] }, { a: ["y", "x"] }, true],
    [{ a: ["x"], b: ["y"] }, { a: "x" }, false],
    [{ a: [{ prefix: "ab" }] }, { a: "abc" }, true],
    [{ a: [{ suffix: "bc" }] }, { a: "abd" }, false],
    [{ a: { b: [1] } }, { a: { b: 1 } }, true],
  ])("matches %j against %j: %s", (pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  it.each([
    [{ ScheduleExpression: "cron(0 12 * * ? *)" }, /only rate\(N minutes\|hours\|days\) is served/],
    [
      { Targets: [{ Id: "t", Arn: "arn:aws:sns:us-east-1:000000000000:topic" }] },
      /only queues and functions are served as targets/,
    ],
    [{ EventBusName: "other" }, /only the default event bus is served/],
  ])("is refused where it asks for what is not served: %j", (properties, message) => {
    const assembly = { resources: [ruleOf(properties)], assetPath: () => undefined };
    expect(() => planDeployment(assembly)).toThrow(message);
  });
});
