import { describe, expect, it } from "vitest";
import * as z from "zod";
import { Registry } from "../../../../src/aws/registry.ts";
import { canvasFaults, nodeFaults } from "../../../../src/core/define/check.ts";
import { faultsOf } from "../../../../src/core/faults.ts";
import { registerTask } from "../../../../src/core/define/registry.ts";
import { CodeTaskNodeSchema, TaskNodeSchema } from "../../../../src/core/canvas/task-schema.ts";
import { defineTask } from "../../../../src/core/define/task.ts";
import * as math from "../../../../functions/tasks/math.ts";
import * as email from "../../../../functions/tasks/email.ts";

const limited = defineTask("math.limited", {
  args: z.tuple([]),
  kwargs: z.strictObject({ deep: z.boolean() }),
  timeLimit: 60,
  run: () => null,
});
const registry = new Registry({
  tasks: [math.add, math.mul, math.xsum, email.sendBatch, limited].map((task) => registerTask(task)),
  workflows: [],
  intervals: {},
});
const faults = (node: object, prepended = false): unknown =>
  nodeFaults(TaskNodeSchema.parse(node), registry, prepended, ["chain", 1]);
const paths = (node: object): string[] =>
  nodeFaults(TaskNodeSchema.parse(node), registry, false, []).map((fault) => fault.path);

describe("a task node", () => {
  it.each(
    [
      [1, 2],
      [1, 2, 3],
      ["a", "b"],
      [[1], ["b"]],
    ].map((args) => [args]),
  )("may add %j", (args) => {
    expect(faults({ task: "math.add", args })).toEqual([]);
  });

  it("names the place of an unknown task", () => {
    expect(faults({ task: "math.nope" })).toEqual([
      { path: "/chain/1/task", message: 'names no task: "math.nope" is not registered' },
    ]);
  });

  it("does not echo a task's name at any length", () => {
    expect(JSON.stringify(faults({ task: "x".repeat(10_000) })).length).toBeLessThan(300);
  });

  it("names the place of each wrong argument, once", () => {
    expect(paths({ task: "math.mul", args: ["2", null] })).toEqual(["/args/0", "/args/1"]);
    expect(paths({ task: "math.mul", args: [2] })).toEqual(["/args"]);
    expect(paths({ task: "math.xsum", args: [[1, ["a"]]] })).toEqual(["/args/0/1/0"]);
  });

  it("names the place in the alternative that came closest", () => {
    expect(paths({ task: "math.add", args: [1, "2"] })).toEqual(["/args/1"]);
  });

  it("names unknown and missing keyword arguments", () => {
    expect(paths({ task: "math.limited", kwargs: { deap: true } })).toEqual(["/kwargs/deep", "/kwargs/deap"]);
  });

  it("leaves arguments to the worker where a result will be prepended, but not those of an immutable one", () => {
    expect(faults({ task: "math.mul", args: [] }, true)).toEqual([]);
    expect(faults({ task: "math.mul", args: [], immutable: true }, true)).toMatchObject([{ path: "/chain/1/args" }]);
  });

  it("rejects a limit above the longest of its module, which its function is made for", () => {
    expect(paths({ task: "math.limited", kwargs: { deep: true }, options: { time_limit: 300 } })).toEqual([]);
    expect(paths({ task: "math.limited", kwargs: { deep: true }, options: { time_limit: 301 } })).toEqual([
      "/options/time_limit",
    ]);
  });

  it("rejects a soft limit above the task's hard limit", () => {
    expect(paths({ task: "math.limited", kwargs: { deep: true }, options: { soft_time_limit: 61 } })).toEqual([
      "/options/soft_time_limit",
    ]);
  });

  it("a task node checks its links as well", () => {
    const node = {
      task: "math.add",
      args: [1, 2],
      options: {
        link: [{ task: "math.add", args: [1] }, { task: "no.pe" }],
        link_error: [{ task: "math.mul", args: [1], immutable: true }],
      },
    };
    expect(paths(node)).toEqual(["/options/link/1/task", "/options/link_error/0/args"]);
  });

  it("takes 100 e-mails and says what to do with 101", () => {
    const emails = (count: number): unknown[] =>
      Array.from({ length: count }, () => ({ to: "a@example.com", subject: "s", text: "t" }));
    expect(paths({ task: "email.send_batch", args: [emails(100)] })).toEqual([]);
    expect(faults({ task: "email.send_batch", args: [emails(101)] })).toEqual([
      {
        path: "/chain/1/args/0",
        message: "Too many e-mails: 100 are allowed in one task; send the rest in another",
      },
    ]);
  });

  it("is refused with the messages of the task's author, wherever they stand", () => {
    const Item = z.strictObject({ name: z.string("A name is a text").max(3, "A name is short") });
    const told = defineTask("told.run", {
      parameters: ["items", "other"],
      args: z.tuple([
        z.array(Item),
        z.union([z.number().max(5, "Five at the most"), z.tuple([z.email("An e-mail is wanted")])]),
      ]),
      kwargs: z.strictObject({ size: z.number().multipleOf(2, "Even sizes only").optional() }),
      run: () => null,
    });
    const lookup = new Registry({ tasks: [registerTask(told)], workflows: [], intervals: {} });
    const found = (args: unknown[], kwargs: object): Record<string, string> => {
      const node = TaskNodeSchema.parse({ task: "told.run", args, kwargs });
      return Object.fromEntries(nodeFaults(node, lookup, false, []).map(({ path, message }) => [path, message]));
    };
    expect(found([[{ name: "long name" }, { name: 5 }], ["nobody"]], { size: 3 })).toEqual({
      "/args/0/0/name": "A name is short",
      "/args/0/1/name": "A name is a text",
      "/args/1/0": "An e-mail is wanted",
      "/kwargs/size": "Even sizes only",
    });
    expect(found([[]], { other: 6 })).toEqual({ "/kwargs/other": "Five at the most" });
  });
});

describe("the shape of a node", () => {
  const shape = (node: unknown): string[] =>
    faultsOf(TaskNodeSchema.safeParse(node).error ?? new z.core.$ZodError([])).map((fault) => fault.path);

  it("refuses unknown keys, each at its place", () => {
    expect(shape({ task: "a.b", argz: [], options: { countdwn: 1, "a/b": 2 } })).toEqual([
      "/options/countdwn",
      "/options/a~1b",
      "/argz",
    ]);
  });

  it.each([
    [{ countdown: -1 }, "/options/countdown"],
    [{ countdown: 1, eta: "2026-01-01T00:00:00Z" }, "/options/eta"],
    [{ expires: 0 }, "/options/expires"],
    [{ eta: "tomorrow" }, "/options/eta"],
    [{ time_limit: 0 }, "/options/time_limit"],
    [{ time_limit: 5, soft_time_limit: 6 }, "/options/soft_time_limit"],
    [{ max_retries: -1 }, "/options/max_retries"],
    [{ priority: 10 }, "/options/priority"],
    [{ headers: { tenant: 1 } }, "/options/headers/tenant"],
    [{ task_id: "7" }, "/options/task_id"],
    [{ link: [{}] }, "/options/link/0/task"],
  ])("refuses the options %j", (options, path) => {
    expect(shape({ task: "a.b", options })).toEqual([path]);
  });

  it("takes every option at its edge", () => {
    const options = {
      countdown: 0,
      expires: 0.5,
      time_limit: 5,
      soft_time_limit: 5,
      max_retries: null,
      priority: 9,
      headers: {},
      ignore_result: true,
      task_id: "11111111-1111-1111-1111-111111111111",
    };
    expect(shape({ task: "a.b", options })).toEqual([]);
  });
});

describe("a task node that goes through items", () => {
  const itemPaths = (node: object): string[] =>
    nodeFaults(CodeTaskNodeSchema.parse(node), registry, true, ["group", 0]).map((fault) => fault.path);

  it("has each item checked as the arguments that it is", () => {
    expect(
      itemPaths({
        task: "math.add",
        args: [
          [1, 2],
          [3, 4, 5],
        ],
        each: "starmap",
        immutable: true,
      }),
    ).toEqual([]);
    expect(itemPaths({ task: "math.xsum", args: [[1, 2], [[3]]], each: "map", immutable: true })).toEqual([]);
    expect(itemPaths({ task: "math.mul", args: [[1, 2], [3, "4"], 5], each: "starmap", immutable: true })).toEqual([
      "/group/0/args/1/1",
      "/group/0/args/2",
    ]);
    expect(itemPaths({ task: "math.xsum", args: [[1], ["a"]], each: "map", immutable: true })).toEqual([
      "/group/0/args/1/0",
    ]);
  });

  it("names wrong keyword arguments once", () => {
    expect(itemPaths({ task: "math.limited", args: [[], []], kwargs: { deap: 1 }, each: "starmap" })).toEqual([
      "/group/0/kwargs/deep",
      "/group/0/kwargs/deap",
    ]);
  });

  it("is nothing that HTTP takes", () => {
    expect(TaskNodeSchema.safeParse({ task: "math.add", args: [], each: "map" }).success).toBe(false);
    const link = { task: "math.add", args: [], each: "map" };
    expect(TaskNodeSchema.safeParse({ task: "math.add", options: { link: [link] } }).success).toBe(false);
    expect(CodeTaskNodeSchema.safeParse({ task: "math.add", options: { link: [link] } }).success).toBe(true);
  });
});

describe("a canvas", () => {
  it("has the faults of all its tasks, and of ids that are used twice", () => {
    const id = "11111111-1111-4111-8111-111111111111";
    const chosen = TaskNodeSchema.parse({ task: "math.add", args: [1, 2], options: { task_id: id } });
    const unknown = TaskNodeSchema.parse({ task: "math.nope" });
    const found = canvasFaults({ chain: [chosen, { group: [unknown, { ...chosen, args: [1] }] }] }, registry);
    expect(found.map((fault) => fault.path)).toEqual(["/chain/1/group/0/task", "/chain/1/group/1/options/task_id"]);
  });
});
