import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Node } from "../../../../src/core/canvas/node.ts";
import { parseNode } from "../../../../src/core/canvas/parse-node.ts";
import { type Part, chunkSize } from "../../../../src/core/canvas/place.ts";
import { type Plan, createPlan } from "../../../../src/core/canvas/plan.ts";
import { anyCanvas, t, ti } from "../../../fixtures/canvases.ts";
import { type Value, evaluate } from "../../../fixtures/evaluate.ts";

const planOf = (node: Node): Plan => {
  let ids = 0;
  return createPlan(node, () => `id${(ids += 1)}`);
};

/** Runs a plan as the machines do, by its ids, places and inputs alone. */
function execute(plan: Plan): Value {
  const results = new Map<string, Value>();
  const tasks = new Map(plan.tasks.map((task) => [task.id, task]));
  const canvases = new Map(plan.canvases.map((canvas) => [canvas.id, canvas]));
  const run = (part: Part): Value => {
    const task = tasks.get(part.id);
    const value = task === undefined ? runCanvas(part.id) : evaluate(task.node, inputOf(task.input));
    results.set(part.result, value);
    return value;
  };
  const inputOf = (input: string | null): { value: unknown } | null => {
    const value = input === null ? null : results.get(input);
    return value?.ok === true ? { value: value.value } : null;
  };
  const runCanvas = (id: string): Value => {
    const canvas = canvases.get(id);
    if (canvas === undefined) throw new Error(`no canvas ${id}`);
    if (canvas.kind === "chain") {
      let last: Value = { ok: true, value: undefined };
      for (const step of canvas.steps) {
        last = run(step);
        if (!last.ok) return last;
      }
      return last;
    }
    if (canvas.kind === "group") {
      const values = canvas.members.map(run);
      const whole: Value = values.find((value) => !value.ok) ?? {
        ok: true,
        value: values.map((value) => (value.ok ? value.value : null)),
      };
      results.set(canvas.id, whole);
      return whole;
    }
    return runCanvas(canvas.header).ok ? run(canvas.body) : { ok: false, error: "ChordError" };
  };
  return run(plan.top);
}

describe("a plan", () => {
  it("gives what the evaluator gives, for any canvas", () => {
    fc.assert(
      fc.property(anyCanvas(5), (node) => {
        expect(execute(planOf(node))).toEqual(evaluate(node));
      }),
      { numRuns: 3_000 },
    );
  });

  it("gives every case of the conformance file its value", () => {
    const Cases = z.array(
      z.object({
        name: z.string(),
        node: z.unknown(),
        expect: z.object({ status: z.string(), result: z.unknown().optional(), error: z.string().optional() }),
      }),
    );
    const cases = Cases.parse(
      JSON.parse(readFileSync(new URL("../../../fixtures/canvas.json", import.meta.url), "utf8")),
    );
    for (const { name, node, expect: expected } of cases) {
      const parsed = parseNode(node, []);
      if (parsed.node === null) throw new Error(`${name}: ${JSON.stringify(parsed.faults)}`);
      const { status, result, error } = expected;
      expect(execute(planOf(parsed.node)), name).toEqual(
        status === "SUCCESS" ? { ok: true, value: result } : { ok: false, error },
      );
    }
  });
});

describe("the ids of a plan", () => {
  it("know what came before, the group they are in, and the root", () => {
    const plan = planOf({
      chain: [
        t("probe.ids", 0),
        { group: [t("probe.ids", 1), { chain: [t("probe.ids", 2), t("probe.ids", 3)] }] },
        t("probe.ids", 4),
        t("probe.ids", 5),
      ],
    });
    const [first, one, two, three, body, next] = plan.tasks;
    const group = plan.canvases.find((canvas) => canvas.kind === "group");
    expect(plan.root).toBe(first?.id);
    expect(first).toMatchObject({ parent: null, group: null });
    expect(one).toMatchObject({ parent: first?.id, group: group?.id, groupIndex: 0 });
    expect(two).toMatchObject({ parent: first?.id, group: null, groupIndex: null });
    expect(three).toMatchObject({ parent: two?.id, group: group?.id, groupIndex: 1 });
    expect(body).toMatchObject({ parent: group?.id, group: null });
    expect(next).toMatchObject({ parent: body?.id });
    expect(plan.top.result).toBe(next?.id);
  });

  it("take the group's where a canvas begins or ends with one", () => {
    const plan = planOf({ group: [t("probe.ids", 0), t("probe.ids", 1)] });
    expect(plan).toMatchObject({ root: "id1", top: { id: "id1", result: "id1" } });
    const chord = planOf({ chord: { header: [t("probe.ids", 0)], body: t("probe.ids", 1) } });
    const header = chord.canvases.find((canvas) => canvas.kind === "group");
    expect(chord.root).toBe(header?.id);
    expect(chord.top.result).toBe(chord.tasks[1]?.id);
    expect(chord.tasks[1]).toMatchObject({ parent: header?.id, input: header?.id });
  });

  it("are the client's where it chose them", () => {
    const id = "11111111-1111-4111-8111-111111111111";
    const plan = planOf({ chain: [t("probe.ids", 0), { ...ti("probe.ids", 1), options: { task_id: id } }] });
    expect(plan.top.result).toBe(id);
  });

  it("lead nowhere but into the plan, each task and canvas having one place", () => {
    fc.assert(
      fc.property(anyCanvas(4), (node) => {
        const plan = planOf(node);
        const canvases = new Map(plan.canvases.map((canvas) => [canvas.id, canvas]));
        const held = plan.canvases.flatMap((canvas) =>
          canvas.kind === "chain"
            ? canvas.steps.map((s) => s.id)
            : canvas.kind === "group"
              ? canvas.members.map((m) => m.id)
              : [canvas.header, canvas.body.id],
        );
        expect(new Set(held).size).toBe(held.length);
        expect(held.length + 1).toBe(plan.tasks.length + plan.canvases.length);
        for (const { place } of [...plan.tasks, ...plan.canvases])
          expect(place === null || canvases.has(place.canvas)).toBe(true);
      }),
    );
  });
});

describe("a long chain", () => {
  it("is cut into chains of 500 steps and gives the same", () => {
    const node = { chain: [t("math.add", 0, 0), ...Array.from({ length: 999 }, () => t("math.add", 1))] };
    const plan = planOf(node);
    expect(plan.canvases.map((canvas) => (canvas.kind === "chain" ? canvas.steps.length : 0))).toEqual([2, 500, 500]);
    expect(execute(plan)).toEqual({ ok: true, value: 999 });
  });
});

describe("the members of a group", () => {
  it("are started one by one up to 10, and in at most 40 chunks above", () => {
    expect([0, 1, 10, 11, 1_000, 10_000, 20_000].map(chunkSize)).toEqual([1, 1, 1, 250, 250, 250, 500]);
  });
});

describe("a canvas that cannot be read", () => {
  const faults = (value: unknown): string[] => parseNode(value, []).faults.map((fault) => fault.path);

  it("is refused by all its places", () => {
    expect(
      faults({
        chain: [
          { task: 1 },
          { group: [{ nope: 1 }, { task: "a.b", chain: [] }] },
          { chord: { header: {}, body: null, x: 1 } },
        ],
      }),
    ).toEqual([
      "/chain/0/task",
      "/chain/1/group/0",
      "/chain/1/group/1",
      "/chain/2/chord/x",
      "/chain/2/chord/header",
      "/chain/2/chord/body",
    ]);
    expect(faults({ chain: [] })).toEqual(["/chain"]);
    expect(faults([])).toEqual([""]);
    expect(faults({ group: [], extra: 1 })).toEqual(["/extra"]);
  });

  it("is refused where it is too deep, too long or too wide", () => {
    const nested = (depth: number): unknown => (depth === 0 ? { task: "a.b" } : { group: [nested(depth - 1)] });
    expect(faults(nested(50))).toEqual([]);
    expect(faults(nested(51))).toEqual(["/group/0".repeat(50)]);
    expect(faults({ chain: Array.from({ length: 1_001 }, () => ({ task: "a.b" })) })).toEqual(["/chain"]);
    expect(faults({ group: Array.from({ length: 10_001 }, () => ({ task: "a.b" })) })).toEqual(["/group"]);
    const wide = { group: Array.from({ length: 10_000 }, () => ({ task: "a.b" })) };
    expect(faults({ chain: [wide, wide] })).toEqual([]);
    expect(faults({ chain: [wide, wide, { task: "a.b" }] })).toEqual([""]);
  });
});
