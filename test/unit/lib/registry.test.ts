import { describe, expect, it } from "vitest";
import * as z from "zod";
import { buildRegistry } from "../../../lib/registry.ts";
import { ModuleOptionsSchema } from "../../../src/core/define/module.ts";
import type { TaskModule } from "../../../lib/discover.ts";
import { foreignTask } from "../../../src/core/define/foreign.ts";
import { type AnyTask, type ArgsSchema, defineTask } from "../../../src/core/define/task.ts";

/** The registry of one task in a file `a.ts`. */
function registryOf(args: ArgsSchema, kwargs?: z.ZodObject): ReturnType<typeof buildRegistry> {
  const task = defineTask("a.task", { args, ...(kwargs && { kwargs }), run: () => 1 });
  return buildRegistry([
    { name: "a", file: "a.ts", tasks: [task], foreign: [], options: ModuleOptionsSchema.parse({}) },
  ]);
}

describe("the schemas of a task", () => {
  it.each<[string, ArgsSchema, string]>([
    ["a date", z.tuple([z.string(), z.date()]), "/args/1 is z.date(): use z.iso.datetime()"],
    ["a date that may be left out", z.tuple([z.object({ at: z.date().optional() })]), "/args/0/at is z.date()"],
    ["a BigInt in a list", z.tuple([z.array(z.bigint())]), "/args/0/* is z.bigint(): use z.int()"],
    ["a Map", z.array(z.map(z.string(), z.number())), "/args/* is z.map(): use z.record()"],
    ["a Set in one of two", z.union([z.tuple([]), z.tuple([z.set(z.string())])]), "/args/0 is z.set(): use z.array()"],
    ["NaN before a transform", z.tuple([z.nan().transform(String)]), "/args/0 is z.nan()"],
  ])("are refused by place where JSON cannot say them, with what to use: %s", (_what, args, message) => {
    expect(() => registryOf(args)).toThrow(`a.ts: "a.task" takes what JSON cannot say: `);
    expect(() => registryOf(args)).toThrow(message);
  });

  it("are refused by place in kwargs as well", () => {
    expect(() => registryOf(z.tuple([]), z.object({ at: z.date() }))).toThrow("/kwargs/at is z.date()");
  });

  it.each<[string, ArgsSchema]>([
    ["a date that is made of a text", z.tuple([z.coerce.date()])],
    ["a BigInt that is made of a text", z.tuple([z.coerce.bigint()])],
    ["a transform to a date", z.tuple([z.string().transform((text) => new Date(text))])],
    ["a list of anything", z.array(z.unknown())],
    ["one of two lists", z.union([z.tuple([]), z.tuple([z.string()])])],
  ])("are taken where JSON can say what goes in: %s", (_what, args) => {
    expect(registryOf(args).tasks).toHaveLength(1);
  });

  it("are refused where they are those of no list", () => {
    const wrong: unknown = z.object({ x: z.number() });
    const declare = (args: unknown): unknown => Reflect.apply(registryOf, undefined, [args]);
    expect(() => declare(wrong)).toThrow('a.ts: the args of "a.task" are no list: expected z.tuple([...])');
  });
});

describe("the names by which Celery calls tasks", () => {
  const task = (name: string, celery?: string | readonly string[]) =>
    defineTask(name, { args: z.tuple([]), run: () => 1, ...(celery !== undefined && { celery }) });
  const foreign = foreignTask("proj.tasks.add", { queue: "legacy", args: z.tuple([]) });
  const moduleOf = (...tasks: AnyTask[]): TaskModule => {
    const options = ModuleOptionsSchema.parse({});
    return { name: "a", file: "a.ts", tasks: tasks.filter((one) => one !== foreign), foreign: [foreign], options };
  };

  it("are in the registry, and not among what clients of the stage are told", () => {
    const registry = buildRegistry([moduleOf(task("a.one", "proj.one"), task("a.two", ["proj.two", "old.two"]))]);
    expect(registry.aliases).toEqual({ "proj.one": "a.one", "proj.two": "a.two", "old.two": "a.two" });
    expect(JSON.stringify(registry.tasks)).not.toContain("proj.one");
  });

  it("are refused where two tasks have one", () => {
    expect(() => buildRegistry([moduleOf(task("a.one", "proj.x"), task("a.two", "proj.x"))])).toThrow(
      'Tasks "a.one" and "a.two" both say that Celery calls them "proj.x". Take the name from one of them.',
    );
  });

  it.each(["", "proj tasks", "proj.*"])('are refused where they are none: "%s"', (name) => {
    expect(() => task("a.one", name)).toThrow("is no name of a Celery task");
  });

  it("tell of a task that a worker of Celery runs what it is there, once, whoever exports it", () => {
    const registry = buildRegistry([moduleOf(task("a.one")), { ...moduleOf(), name: "b" }]);
    expect(registry.foreign).toEqual({ "celery.proj_tasks_add": { task: "proj.tasks.add", queue: "legacy" } });
    expect(registry.tasks.map(({ name, module, time_limit }) => [name, module, time_limit])).toEqual([
      ["a.one", "a", 300],
      ["celery.proj_tasks_add", "celery", 3_600],
    ]);
  });

  it.each<[string, object, string]>([
    ["a time above what SQS can hide a message for", { timeLimit: 43_201 }, "timeLimit"],
    ["no queue", { queue: "" }, "queue"],
    ["retries, which are the worker's", { maxRetries: 3 }, "maxRetries"],
  ])("are refused for a task of a worker with %s", (_what, options, message) => {
    const declare = (): unknown =>
      Reflect.apply(foreignTask, undefined, ["proj.add", { queue: "legacy", args: z.tuple([]), ...options }]);
    expect(declare).toThrow(message);
  });
});

describe("what defineTask is given", () => {
  const declare = (declaration: unknown): unknown => Reflect.apply(defineTask, undefined, ["a.task", declaration]);
  const args = z.tuple([]);
  it.each<[string, unknown, string]>([
    ["no declaration", undefined, "it has no args"],
    ["no args", { run: () => 1 }, "it has no args. Give a zod tuple"],
    ["args that are no schema", { args: [1], run: () => 1 }, "its args are no zod schema"],
    ["kwargs that are no schema", { args, kwargs: { x: 1 }, run: () => 1 }, "its kwargs are no zod schema"],
    ["no run", { args }, "it has no run"],
    ["a generator", { args, run: function* (): Generator {} }, "its run is a generator function"],
    ["an async generator", { args, run: async function* (): AsyncGenerator {} }, "its run is a generator function"],
  ])("is refused with the task's name: %s", (_what, declaration, message) => {
    expect(() => declare(declaration)).toThrow(`Task "a.task": ${message}`);
  });
});
