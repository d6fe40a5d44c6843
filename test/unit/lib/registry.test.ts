import { describe, expect, it } from "vitest";
import * as z from "zod";
import { buildRegistry } from "../../../lib/registry.ts";
import { ModuleOptionsSchema } from "../../../src/core/define/module.ts";
import { type ArgsSchema, defineTask } from "../../../src/core/define/task.ts";

/** The registry of one task in a file `a.ts`. */
function registryOf(args: ArgsSchema, kwargs?: z.ZodObject): ReturnType<typeof buildRegistry> {
  const task = defineTask("a.task", { args, ...(kwargs && { kwargs }), run: () => 1 });
  return buildRegistry([{ name: "a", file: "a.ts", tasks: [task], options: ModuleOptionsSchema.parse({}) }]);
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
