import * as z from "zod";
import { describe, expect, it } from "vitest";
import type { TaskLookup } from "../../../../src/core/define/check.ts";
import type { Node } from "../../../../src/core/canvas/node.ts";
import { knownTask, registerTask } from "../../../../src/core/define/registry.ts";
import { defineTask } from "../../../../src/core/define/task.ts";
import { runFaults, withArguments } from "../../../../src/core/workflow/run.ts";
import { t, ti } from "../../../fixtures/canvases.ts";

const scale = defineTask("math.scale", {
  args: z.tuple([z.number(), z.number()]),
  kwargs: z.strictObject({ unit: z.string(), digits: z.number().optional() }),
  run: () => null,
});
const lookup: TaskLookup = {
  find: (name) => (name === scale.name ? knownTask(registerTask(scale), scale) : null),
  longestLimit: () => 300,
};

const scaled = (...args: unknown[]) => ({ ...t("math.scale", ...args), kwargs: { digits: 1 } });
const given = (...args: unknown[]) => ({ args, kwargs: { unit: "m", digits: 2 } });

describe("what a run is given", () => {
  it("goes before the arguments of the first task, and over its keyword arguments", () => {
    const node = { chain: [scaled(3), scaled(4)] };
    expect(withArguments(node, given(1, 2))).toEqual({
      chain: [{ ...scaled(1, 2, 3), kwargs: { unit: "m", digits: 2 } }, scaled(4)],
    });
  });

  it("goes to every member of a group or header that comes first, however they are nested, and to no body", () => {
    const node = {
      chain: [{ chain: [{ group: [t("a.a", 2), { chain: [t("a.b"), t("a.c")] }] }] }, t("a.d")],
    };
    expect(withArguments(node, { args: [1], kwargs: {} })).toEqual({
      chain: [{ chain: [{ group: [t("a.a", 1, 2), { chain: [t("a.b", 1), t("a.c")] }] }] }, t("a.d")],
    });
    const chord = { chord: { header: [t("a.a"), t("a.b", 2)], body: t("a.c") } };
    expect(withArguments(chord, { args: [1], kwargs: {} })).toEqual({
      chord: { header: [t("a.a", 1), t("a.b", 1, 2)], body: t("a.c") },
    });
  });

  it("does not go to an immutable task", () => {
    expect(withArguments({ chain: [ti("a.a", 1), t("a.b")] }, given(2))).toEqual({ chain: [ti("a.a", 1), t("a.b")] });
  });
});

describe("what a run is given wrongly", () => {
  const faults = (node: Node, run: { args?: unknown[]; kwargs?: Record<string, unknown> }) =>
    runFaults(node, { args: [], kwargs: {}, ...run }, lookup);

  it("is told by the task that takes it, with its place in the request", () => {
    expect(
      faults({ chain: [scaled(2), t("math.scale")] }, { args: ["x"], kwargs: { unit: 1, colour: "red" } }),
    ).toEqual([
      { path: "/args/0", message: expect.stringContaining("expected number") },
      { path: "/kwargs/unit", message: expect.stringContaining("expected string") },
      { path: "/kwargs/colour", message: "is not a known key" },
    ]);
  });

  it("is the whole list where there is too little of it, or too much before what the workflow gives itself", () => {
    expect(faults(scaled(), { args: [1], kwargs: { unit: "m" } }).map(({ path }) => path)).toEqual(["/args"]);
    expect(faults(scaled(1, 2), { args: [0], kwargs: { unit: "m" } }).map(({ path }) => path)).toEqual(["/args"]);
    expect(faults(scaled("two"), { args: [1], kwargs: { unit: "m" } }).map(({ path }) => path)).toEqual(["/args"]);
  });

  it("is told once where several members take it", () => {
    const node = { group: [scaled(2), scaled(3), { chain: [scaled(4), t("math.scale")] }] };
    expect(faults(node, { args: ["x"] })).toEqual([
      { path: "/args/0", message: expect.stringContaining("expected number") },
      { path: "/kwargs/unit", message: expect.any(String) },
    ]);
  });

  it("is nothing where the arguments fit", () => {
    expect(faults({ chain: [scaled(2), t("math.scale")] }, { args: [1], kwargs: { unit: "m" } })).toEqual([]);
  });
});
