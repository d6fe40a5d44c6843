import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CANVAS_KINDS } from "../../lib/canvas-kinds.ts";
import { STAGES } from "./stages.ts";
import { statementsOf, synthesizeStage } from "./support.ts";

const dev = await synthesizeStage(STAGES, "dev");

const source = (kind: string): string =>
  readFileSync(new URL(`../../statemachines/${kind}.asl.json`, import.meta.url), "utf8");

describe.each(CANVAS_KINDS)("the machine of a %s", (kind) => {
  const machine = dev.one("AWS::StepFunctions::StateMachine", "StateMachineName", `celeriac-dev-${kind}`);

  test("is the file of its kind, with every placeholder replaced and within a string", () => {
    const { DefinitionString, DefinitionSubstitutions } = machine.Properties;
    expect(JSON.parse(String(DefinitionString))).toEqual(JSON.parse(source(kind)));
    const placeholders = new Set([...source(kind).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect(new Set(Object.keys(Object(DefinitionSubstitutions)))).toEqual(
      placeholders.size === 0 ? new Set() : placeholders,
    );
  });

  test("may send messages to the stage's queues, and nothing else", () => {
    const role = dev.all("AWS::IAM::Role").find(({ id }) => machine.Properties["RoleArn"] === `${id}.Arn`);
    if (role === undefined)
      throw new Error(`the machine's role ${String(machine.Properties["RoleArn"])} is not in the template`);
    expect(statementsOf(role).map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [["sqs:SendMessage"], ["arn:aws:sqs:REGION:ACCOUNT:celeriac-dev-*"]],
    ]);
  });
});
