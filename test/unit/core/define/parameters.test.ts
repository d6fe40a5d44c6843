import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Registry } from "../../../../src/aws/registry.ts";
import { parseNode } from "../../../../src/core/canvas/parse-node.ts";
import { readCanvas, readTask } from "../../../../src/core/define/check.ts";
import { checkArguments } from "../../../../src/core/define/arguments.ts";
import { registerTask } from "../../../../src/core/define/registry.ts";
import { defineTask } from "../../../../src/core/define/task.ts";
import * as math from "../../../../functions/tasks/math.ts";

const titled = defineTask("files.copy", {
  args: z.tuple([
    z.string().meta({ title: "from" }),
    z.string().meta({ title: "to" }),
    z.number().optional().meta({ title: "speed" }),
    z.boolean().default(false).meta({ title: "force" }),
  ]),
  kwargs: z.strictObject({ note: z.string().optional() }),
  run: () => null,
});
const registry = new Registry({
  tasks: [math.add, math.mul, titled].map((task) => registerTask(task)),
  workflows: [],
  intervals: {},
});
const paths = (node: object): string[] => readTask(node, [], registry).faults.map(({ path }) => path);

describe("parameters by name", () => {
  it("are those that the registry lists in their order, with their names as titles of the schema", () => {
    expect(registerTask(math.add).parameters).toEqual(["x", "y", "z"]);
    expect(registerTask(titled).parameters).toEqual(["from", "to", "speed", "force"]);
    expect(registerTask(math.mul).args["prefixItems"]).toEqual([
      { title: "x", type: "number" },
      { title: "y", type: "number" },
    ]);
  });

  it.each([
    { task: "math.add", args: [1], kwargs: { y: 2 } },
    { task: "math.add", kwargs: { x: 1, y: 2, z: 3 } },
    { task: "math.add", kwargs: { y: "b", x: "a" } },
    { task: "files.copy", args: ["a"], kwargs: { to: "b", force: true, note: "later" } },
  ])("are taken as in Python: %j", (node) => {
    expect(paths(node)).toEqual([]);
  });

  it.each([
    [{ task: "math.add", args: [1, 2], kwargs: { y: 2 } }, ["/kwargs/y"]],
    [{ task: "math.add", args: [1], kwargs: { w: 2 } }, ["/args", "/kwargs/w"]],
    [{ task: "math.mul", args: [1], kwargs: { y: "2" } }, ["/kwargs/y"]],
    [{ task: "math.mul", kwargs: { y: 2 } }, ["/args/0"]],
    [{ task: "files.copy", args: ["a"], kwargs: { force: true } }, ["/args/1"]],
    [JSON.parse('{"task":"math.mul","args":[1,2],"kwargs":{"__proto__":1}}'), ["/kwargs/__proto__"]],
  ])("are at fault where they were given: %j", (node, expected) => {
    expect(paths(node)).toEqual(expected);
  });

  it("count a prepended result as the first", () => {
    const canvas = (kwargs: object, extra: object = {}): string[] =>
      readCanvas(
        {
          chain: [
            { task: "math.add", args: [1, 2] },
            { task: "math.mul", kwargs, ...extra },
          ],
        },
        [],
        registry,
      ).faults.map(({ path }) => path);
    expect(canvas({ y: 2 })).toEqual([]);
    expect(canvas({ x: 2 })).toEqual(["/chain/1/kwargs/x"]);
    expect(canvas({ x: 1, y: 2 }, { immutable: true })).toEqual([]);
    expect(canvas({ y: 2 }, { args: [3] })).toEqual(["/chain/1/kwargs/y"]);
  });

  it("come to the task at their places, with defaults for what was left out between them", () => {
    expect(checkArguments(titled, ["a"], { to: "b", force: true, note: "n" })).toEqual({
      args: ["a", "b", undefined, true],
      kwargs: { note: "n" },
    });
  });

  it.each([
    [["x", "x"], "x"],
    [["x", "2"], "2"],
    [["x", "note"], "note"],
  ])("are refused at definition as %j", (parameters, name) => {
    const declare = (): unknown =>
      defineTask("files.move", {
        args: z.tuple([z.string(), z.string()]),
        kwargs: z.strictObject({ note: z.string() }),
        parameters,
        run: () => null,
      });
    expect(declare).toThrow(`"${name}" cannot name a parameter`);
  });
});

describe("all faults of a canvas", () => {
  it("are told at once: of shape, and of what is meant elsewhere", () => {
    const canvas = {
      chain: [
        { task: "math.add", args: [1, "2"] },
        { group: [{ task: "no.such" }, { task: "math.add", args: [1], extra: 1 }] },
        { task: "math.mul", kwargs: { x: 1 }, options: { countdown: -1, link: [{ task: "no.link", bad: 1 }] } },
      ],
    };
    expect(
      readCanvas(canvas, [], registry)
        .faults.map(({ path }) => path)
        .toSorted(),
    ).toEqual(
      [
        "/chain/0/args/1",
        "/chain/1/group/0/task",
        "/chain/1/group/1/extra",
        "/chain/2/kwargs/x",
        "/chain/2/options/countdown",
        "/chain/2/options/link/0/bad",
        "/chain/2/options/link/0/task",
      ].toSorted(),
    );
  });

  it("keep the task nodes that could be read", () => {
    const { node, tasks } = parseNode({ group: [{ task: "a.b" }, 1] }, []);
    expect(node).toBeNull();
    expect(tasks.map(({ path }) => path)).toEqual([["group", 0]]);
  });
});
