import { describe, expect, test } from "vitest";
import { loadConfig } from "../../../lib/config.ts";

const load = (stages: unknown, options: { stage?: string; variable?: string } = {}) =>
  loadConfig(
    { stages, ...(options.stage !== undefined && { stage: options.stage }) },
    options.variable === undefined ? {} : { CELERIAC_STAGE: options.variable },
  );

describe("the configuration of a stage", () => {
  test("is dev's with every default where nothing is said", () => {
    expect(load({ dev: {} })).toEqual({
      stage: "dev",
      resources: "destroy",
      auth: "iam",
      recordRetentionDays: 7,
      logRetentionDays: 30,
      modulesOff: [],
      waitConcurrency: null,
      apiRate: 500,
      apiBurst: 1_000,
      queueAllowance: 86_400,
      gatewayLogRole: true,
      emailSender: null,
      alarmEmail: null,
      tags: {},
    });
  });

  test("is of the stage that -c stage names, else of CELERIAC_STAGE", () => {
    const stages = { dev: {}, prod: {}, eu: {} };
    expect(load(stages, { variable: "prod" }).stage).toBe("prod");
    expect(load(stages, { stage: "eu", variable: "prod" }).stage).toBe("eu");
  });

  test("may open the API to everyone in the local run alone", () => {
    expect(load({ local: { auth: "none" } }, { stage: "local" }).auth).toBe("none");
    expect(() => load({ dev: { auth: "none" } })).toThrow(
      /stage "dev": auth "none" would open the API to everyone.*Say "iam"/,
    );
  });

  test.each<[string, unknown, RegExp]>([
    [
      "a stage that is not there",
      { prod: {} },
      /there is no stage "dev" in context\.stages: name one of prod, or add it/,
    ],
    ["no stages at all", undefined, /context\.stages is missing/],
    ["an unknown key", { dev: { retention: 3 } }, /stage "dev": .*retention/],
    ["a value of the wrong type", { dev: { recordRetentionDays: "7" } }, /stage "dev": recordRetentionDays: .*number/],
    [
      "a log retention that CloudWatch does not have",
      { dev: { logRetentionDays: 10 } },
      /logRetentionDays: is not one of 1, 3, 5, 7/,
    ],
    ["an address that is none", { dev: { alarmEmail: "nobody" } }, /alarmEmail: .*email/],
  ])("refuses %s and names it", (_name, stages, message) => {
    expect(() => load(stages)).toThrow(message);
  });

  test("tells all faults at once", () => {
    expect(() => load({ dev: { apiRate: 0, apiBurst: "many" } })).toThrow(/apiRate: .*; apiBurst: /);
  });

  test("refuses a stage's name that would make a Lambda's longer than 64 characters", () => {
    const stage = "production";
    expect(() => load({ [stage]: {} }, { stage })).toThrow(/"production" is no name for a stage/);
    expect(`celeriac-${"s".repeat(9)}-task-${"m".repeat(40)}`.length).toBeLessThanOrEqual(64);
  });
});
