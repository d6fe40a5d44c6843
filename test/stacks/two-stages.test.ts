import { describe, expect, test } from "vitest";
import { PROJECT, type Stage, synthesizeStage } from "./support.ts";

/** Everything that a stage may have, with nothing of it named after something that two could share. */
const FULL = {
  kmsKey: true,
  tracing: true,
  completionEvents: true,
  maxQueueAge: 600,
  corsOrigins: ["https://app.example.com"],
  waf: { requestsPerAddress: 1_000 },
  alarmEmail: "ops@example.com",
  resources: "retain",
  retiredModules: ["gone"],
};
const stages = { blue: FULL, green: FULL };
const blue = await synthesizeStage(stages, "blue");
const green = await synthesizeStage(stages, "green");

/** Properties by which a resource is known to its account; one that is missing is made up by CloudFormation. */
const NAME = /^(.+Name|Name)$/;
/** Names that are not the resource's own, or that are within another resource. */
const NOT_ITS_OWN = new Set(["FunctionName", "StageName", "MetricName"]);

function namesOf(stage: Stage): string[] {
  const resources = Object.values(stage.stacks).flatMap((stack) => stack.resources);
  return resources.flatMap(({ Type, Properties }) =>
    Object.entries(Properties)
      .filter(([key]) => NAME.test(key) && !(NOT_ITS_OWN.has(key) && Type !== "AWS::Lambda::Function"))
      .map(([key, value]) => [Type, key, JSON.stringify(Properties["GroupName"]), JSON.stringify(value)].join(" ")),
  );
}

describe("two stages in one account", () => {
  test("two stages in one account share no name", () => {
    const taken = new Set(namesOf(blue));
    expect(taken.size).toBeGreaterThan(40);
    expect(namesOf(green).filter((name) => taken.has(name))).toEqual([]);
  });

  test("export nothing, and have all their stacks to themselves", () => {
    for (const stage of [blue, green])
      for (const { outputs } of Object.values(stage.stacks)) expect(JSON.stringify(outputs)).not.toContain('"Export"');
    expect(JSON.stringify(Object.values(green.stacks))).not.toContain("celeriac-blue");
  });
});

describe("two apps in one account", () => {
  test("share no name either, nor metrics and events, where their stages have the same one", async () => {
    const other = await synthesizeStage(stages, "blue", PROJECT, {}, "invoices");
    const taken = new Set(namesOf(blue));
    expect(namesOf(other).filter((name) => taken.has(name))).toEqual([]);
    expect(JSON.stringify(Object.values(other.stacks))).not.toContain("celeriac-blue");
    const environments = other.values("AWS::Lambda::Function", "Environment");
    expect(environments.length).toBeGreaterThan(0);
    for (const environment of environments)
      expect(environment).toMatchObject({ Variables: { CELERIAC_STAGE: "invoices-blue" } });
  });
});
