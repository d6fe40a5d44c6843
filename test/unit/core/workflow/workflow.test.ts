import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { etl } from "../../../../functions/workflows/etl.ts";
import * as tasks from "../../../../functions/tasks/etl.ts";
import { chain, chord, group } from "../../../../src/core/define/builders.ts";
import type { Node } from "../../../../src/core/canvas/node.ts";
import { createPlan } from "../../../../src/core/canvas/plan.ts";
import { type RegisteredTask, registerTask } from "../../../../src/core/define/registry.ts";
import { type Asl, compileWorkflow, stateSeconds } from "../../../../src/core/workflow/asl.ts";
import { workflowInput } from "../../../../src/core/workflow/layout.ts";
import { defineTask, isTask } from "../../../../src/core/define/task.ts";
import { defineWorkflow, isWorkflow } from "../../../../src/core/workflow/workflow.ts";
import { anyCanvas, t } from "../../../fixtures/canvases.ts";
import { findTask } from "../../../fixtures/workflow-tasks.ts";

function known(name: string): RegisteredTask {
  const task = findTask(name);
  if (task === null) throw new Error(`The fixture has no task ${name}.`);
  return task;
}

const compile = (node: Node, name = "test"): Asl =>
  compileWorkflow(name, node, { find: findTask, queueAllowance: 600 });
const planOf = (node: Node, prefix = "id") => {
  let ids = 0;
  return createPlan(node, () => `${prefix}${(ids += 1)}`, null, "workflow");
};

/**
 * A definition as it is on file. UPDATE_GOLDEN=1 writes what is compiled now; look at the difference before it is
 * committed.
 */
function golden(name: string, definition: Asl): unknown {
  const file = new URL(`../../../fixtures/asl/golden/${name}.asl.json`, import.meta.url);
  if (process.env["UPDATE_GOLDEN"] !== undefined) writeFileSync(file, `${JSON.stringify(definition, null, 2)}\n`);
  return JSON.parse(readFileSync(file, "utf8"));
}

describe("the definition of a workflow", () => {
  it("is for etl a state for each task, in its order", () => {
    const registered = new Map(
      Object.values<unknown>(tasks)
        .filter(isTask)
        .map((task) => [task.name, registerTask(task)]),
    );
    const find = (name: string) => registered.get(name) ?? null;
    const definition = compileWorkflow(etl.name, etl.node, { find, queueAllowance: 86_400 });
    expect(definition).toEqual(golden("etl", definition));
  });

  it("is for a chord a Parallel, a state that closes it, and the body", () => {
    const header = [t("math.add", 1, 2), t("math.mul", 3, 4)];
    const definition = compile({ chord: { header, body: t("math.xsum") } });
    expect(definition).toEqual(golden("chord", definition));
  });

  it("is for nested canvases one machine, in which each branch has an end of its own", () => {
    const node = {
      chain: [
        t("probe.identity"),
        {
          group: [
            { chain: [t("math.add", 1), t("math.mul", 2)] },
            { chord: { header: [t("math.add", 1)], body: t("math.xsum") } },
          ],
        },
        { group: [] },
        t("math.xsum"),
      ],
    };
    const definition = compile(node);
    expect(definition).toEqual(golden("nested", definition));
  });

  it("is for more than 40 members of one task a Map over their ids", () => {
    const members = Array.from({ length: 41 }, (_, n) => t("math.mul", n, n));
    const definition = compile({ group: members });
    expect(definition).toEqual(golden("wide", definition));
    const mixed: Asl = Object(Object(compile({ group: [...members, t("math.add", 1, 1)] }))["States"])["Group"];
    expect(mixed).toMatchObject({ Type: "Parallel" });
    expect(mixed["Branches"]).toHaveLength(42);
    expect(Object(Object(compile({ group: members.slice(1) }))["States"])["Group"]).toMatchObject({ Type: "Parallel" });
  });

  it("is a chain of one for a lone task", () => {
    const { States } = Object(compile(t("math.add", 1, 2)));
    expect(Object.keys(States)).toEqual(["Start", "Prepare", "math.add", "Settle", "Failed"]);
    expect(planOf(t("math.add", 1, 2))).toMatchObject({ root: "id2", top: { id: "id1", task: null, result: "id2" } });
  });

  it("has for any canvas every name once, none over 80 characters, and asks for ids that its input has", () => {
    fc.assert(
      fc.property(anyCanvas(4), (node) => {
        const definition = compile(node);
        const names = namesIn(definition);
        expect(new Set(names).size).toBe(names.length);
        expect(names.every((name) => name.length <= 80)).toBe(true);
        const asked = [...JSON.stringify(definition).matchAll(/"\$\.ids\.(\w+)"/g)].map(([, key]) => key ?? "");
        const input = workflowInput(planOf(node, "other"));
        expect(Object.keys(input.ids).toSorted()).toEqual(asked.toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it("tells tasks apart whose names are alike but for characters that a path cannot have, or too long for a state", () => {
    const long = `${"m".repeat(40)}.${"t".repeat(60)}`;
    const find = (name: string) => ({ ...known("math.add"), name });
    const node = { chain: [t("a-b.c", 1), t("a_b.c", 1), t("a.b_c"), t(`${long}1`), t(`${long}2`)] };
    const { States } = Object(compileWorkflow("test", node, { find, queueAllowance: 60 }));
    const input = workflowInput(planOf(node));
    expect(Object.keys(input.ids)).toEqual([
      "a_b_c",
      "a_b_c_2",
      "a_b_c_3",
      `${long.replace(".", "_")}1`,
      `${long.replace(".", "_")}2`,
    ]);
    expect(Object.keys(States).slice(2, 7)).toEqual([
      "a-b.c",
      "a_b.c",
      "a.b_c",
      long.slice(0, 64),
      `${long.slice(0, 64)} (2)`,
    ]);
  });
});

/** The names of all states, of branches too. */
function namesIn(machine: unknown): string[] {
  const { States = {} } = Object(machine);
  return Object.entries(States).flatMap(([name, state]) => [
    name,
    ...(Object(state)["Branches"] ?? []).flatMap(namesIn),
    ...namesIn(Object(state)["ItemProcessor"]),
  ]);
}

describe("the time that a state gives its task", () => {
  const seconds = (task: string, options = {}): number => stateSeconds(known(task), options, 600);

  it("is every attempt up to its hard limit, the delays between them, and the queue allowance", () => {
    expect(seconds("math.add")).toBe(30 + 600);
    expect(seconds("math.mul")).toBe(3 * 30 + 2 * 10 + 600);
    // 3 s where its code asks for a retry, else 2, 4, 8, then 10 s at the most.
    expect(seconds("probe.backoff")).toBe(5 * 10 + (3 + 4 + 8 + 10) + 600);
  });

  it("follows the options of the call, and the countdown comes on top", () => {
    expect(seconds("math.mul", { time_limit: 12.5, max_retries: 1, countdown: 3600 })).toBe(3600 + 25 + 10 + 600);
  });

  it("is a year where a task is retried without bound, and never more", () => {
    const year = 365 * 24 * 3600;
    expect(seconds("probe.forever")).toBe(year);
    expect(seconds("math.add", { max_retries: null })).toBe(year);
    expect(seconds("math.xsum", { max_retries: 1e9 })).toBe(Math.min(year, 10_001 * 300 + 10_000 * 180 + 600));
    expect(seconds("math.add", { countdown: year })).toBe(year);
  });
});

describe("defineWorkflow", () => {
  const echo = defineTask("probe.echo", { args: z.tuple([z.unknown()]), run: (_self, x) => x });

  it("takes what a canvas is made of", () => {
    const bare = { task: echo.name, args: [], kwargs: {}, options: {}, immutable: false };
    expect(defineWorkflow("one", echo)).toMatchObject({ name: "one", node: bare });
    expect(defineWorkflow("steps", chain(echo, echo)).node).toEqual({ chain: [bare, bare] });
    expect(defineWorkflow("members", group(echo, echo)).node).toEqual({ group: [bare, bare] });
    expect(defineWorkflow("both", chord([echo], echo)).node).toEqual({ chord: { header: [bare], body: bare } });
    expect(isWorkflow(defineWorkflow("one", echo))).toBe(true);
    expect(isWorkflow(echo)).toBe(false);
  });

  it.each(["", "Etl", "1st", "a b", "a.b", "x".repeat(41)])("defineWorkflow refuses the name %j", (name) => {
    expect(() => defineWorkflow(name, echo)).toThrow(/is no workflow name: expected a lower-case letter/);
  });
});
