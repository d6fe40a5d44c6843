import { describe, expect, test } from "vitest";
import { STAGES } from "./stages.ts";
import { rightsOf, statementsOf, synthesizeStage } from "./support.ts";

const dev = await synthesizeStage(STAGES, "dev");
const prod = await synthesizeStage(STAGES, "prod");

const machine = dev.one("AWS::StepFunctions::StateMachine", "StateMachineName", "celeriac-dev-workflow-mean");

describe("a named workflow", () => {
  test("has a machine of its own, with a state for each task, in its module's queue", () => {
    const { DefinitionString, DefinitionSubstitutions, StateMachineType } = machine.Properties;
    expect(StateMachineType).toBe("STANDARD");
    const { States } = JSON.parse(String(DefinitionString));
    expect(Object.keys(States)).toEqual(["Start", "Prepare", "math.sum", "math.half", "Settle", "Failed"]);
    expect(States["math.sum"].Parameters.QueueUrl).toBe("${QueueUrlPrefix}math");
    expect(DefinitionSubstitutions).toEqual({
      QueueUrlPrefix: "https://sqs.REGION.amazonaws.com/ACCOUNT/celeriac-dev-",
    });
  });

  test("has in its definition no placeholder that is not replaced", () => {
    for (const { Properties } of dev.all("AWS::StepFunctions::StateMachine")) {
      const used = [...String(Properties["DefinitionString"]).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
      expect(new Set(used)).toEqual(new Set(Object.keys(Object(Properties["DefinitionSubstitutions"]))));
    }
  });

  test("gives its tasks the time that the stage allows for queues", async () => {
    const slow = await synthesizeStage({ dev: { queueAllowance: 7200 } }, "dev");
    const seconds = (stage: typeof dev): unknown => {
      const { Properties } = stage.one(
        "AWS::StepFunctions::StateMachine",
        "StateMachineName",
        "celeriac-dev-workflow-mean",
      );
      return JSON.parse(String(Properties["DefinitionString"])).States["math.half"].TimeoutSeconds;
    };
    // Four attempts of 12.5 s, three delays of 180 s.
    expect(seconds(dev)).toBe(50 + 540 + 86_400);
    expect(seconds(slow)).toBe(50 + 540 + 7_200);
  });

  test("may send to its tasks' queues and the canvas function's, and nothing else", () => {
    const role = dev.all("AWS::IAM::Role").find(({ id }) => machine.Properties["RoleArn"] === `${id}.Arn`);
    expect(role === undefined ? [] : statementsOf(role)).toEqual([
      expect.objectContaining({
        Action: ["sqs:SendMessage"],
        Resource: ["arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-canvas", "arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-math"],
      }),
    ]);
  });

  test("goes with the module that it is in, where the stage is without that", () => {
    const names = (stage: typeof dev) =>
      stage
        .values("AWS::StepFunctions::StateMachine", "StateMachineName")
        .filter((name) => String(name).includes("workflow"));
    expect(names(dev)).toEqual(["celeriac-dev-workflow-echoes", "celeriac-dev-workflow-mean"]);
    expect(names(prod)).toEqual(["celeriac-prod-workflow-mean"]);
  });

  test("is started by the API's submit function and the canvas function, which alone looks after it", () => {
    const rights = (name: string) =>
      rightsOf(dev, `celeriac-dev-${name}`).filter((right) => right.includes("workflow-"));
    const start = "states:StartExecution arn:aws:states:REGION:ACCOUNT:stateMachine:celeriac-dev-workflow-*";
    expect(rights("api-submit")).toEqual([start]);
    expect(rights("api-read")).toEqual([]);
    expect(rights("task-math")).toEqual([]);
    const execution = "arn:aws:states:REGION:ACCOUNT:execution:celeriac-dev-workflow-*:*";
    expect(rights("canvas")).toEqual(
      [start, `states:DescribeExecution ${execution}`, `states:StopExecution ${execution}`].toSorted(),
    );
  });

  test("tells the canvas function where an execution ends badly, as every machine of the stage does and no other stage's", () => {
    const { Properties } = dev.one("AWS::Events::Rule", "Name", "celeriac-dev-ended");
    expect(Properties["EventPattern"]).toMatchObject({
      detail: { stateMachineArn: [{ prefix: "arn:aws:states:REGION:ACCOUNT:stateMachine:celeriac-dev-" }] },
    });
  });
});
