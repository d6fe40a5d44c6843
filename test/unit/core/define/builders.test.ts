import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import * as z from "zod";
import { type Canvas, chain, chord, chunks, group } from "../../../../src/core/define/builders.ts";
import { fromNode } from "../../../../src/core/define/from-node.ts";
import { CanvasEmpty, InvalidCanvas } from "../../../../src/core/errors.ts";
import type { After, Fits, Follow, Results, Sent } from "../../../../src/core/canvas/flow.ts";
import type { Node } from "../../../../src/core/canvas/node.ts";
import { setSubmitter } from "../../../../src/core/canvas/submitter.ts";
import { defineTask } from "../../../../src/core/define/task.ts";
import { t, ti } from "../../../fixtures/canvases.ts";

const add = defineTask("math.add", {
  args: z.tuple([z.number(), z.number(), z.number().optional()]),
  kwargs: z.strictObject({ round: z.boolean().optional() }),
  run: (_self, x, y) => x + y,
});
const upper = defineTask("text.upper", { args: z.tuple([z.string()]), run: (_self, text) => text.toUpperCase() });
const sum = defineTask("math.sum", {
  args: z.tuple([z.array(z.number())]),
  run: (_self, numbers) => numbers.reduce((total, number) => total + number, 0),
});
const echo = defineTask("text.echo", { args: z.array(z.unknown()), run: (_self, ...values): unknown => values[0] });
const join = defineTask("text.join", {
  args: z.union([z.tuple([z.number(), z.number()]), z.tuple([z.string(), z.string()])]),
  run: (_self, x, y) => `${x}${y}`,
});
const now = defineTask("text.now", { args: z.tuple([]), run: () => new Date(0) });
const nothing = defineTask("text.nothing", { args: z.tuple([z.unknown().optional()]), run: () => {} });

/** Whether the compiler lets these be the steps of a chain. */
type Chains<Steps extends readonly unknown[]> = Steps extends Follow<Steps> ? true : false;

/** The node that is handed to the submitter. */
async function submitted(submit: () => Promise<unknown>): Promise<Node | undefined> {
  const nodes: Node[] = [];
  setSubmitter(async (node) => {
    nodes.push(node);
    return { taskId: "id" };
  });
  await submit();
  return nodes[0];
}

afterEach(() => setSubmitter(null));

describe("the builders", () => {
  it("give the nodes that the HTTP contract takes", () => {
    expect(chain(add.s(1, 2), add.s(3)).node).toEqual({ chain: [t("math.add", 1, 2), t("math.add", 3)] });
    expect(group(add.s(1, 2), add.si(3, 4)).node).toEqual({ group: [t("math.add", 1, 2), ti("math.add", 3, 4)] });
    expect(chord([add.s(1, 2)], sum.s()).node).toEqual({
      chord: { header: [t("math.add", 1, 2)], body: t("math.sum") },
    });
  });

  it("take bare tasks, and nest in any way", () => {
    expect(chain(group(add.s(1, 2), chain(add.s(1, 1), add.s(2))), sum, chord([add.s(1)], sum)).node).toEqual({
      chain: [
        { group: [t("math.add", 1, 2), { chain: [t("math.add", 1, 1), t("math.add", 2)] }] },
        t("math.sum"),
        { chord: { header: [t("math.add", 1)], body: t("math.sum") } },
      ],
    });
  });

  it("take the members of a group from anything that can be gone through", () => {
    const members = new Map([1, 2].map((x) => [x, add.s(x, x)])).values();
    expect(group(members).node).toEqual({ group: [t("math.add", 1, 1), t("math.add", 2, 2)] });
    expect(group([add.s(1, 1)]).node).toEqual({ group: [t("math.add", 1, 1)] });
    expect(group().node).toEqual({ group: [] });
  });

  it("refuse a chain of no steps", () => {
    expect(() => chain()).toThrow(CanvasEmpty);
  });

  it("read a node back from JSON, and name every fault of what is none", () => {
    const { node } = chain(add.s(1, 2), sum.map([[1], [2]]));
    expect(fromNode(JSON.parse(JSON.stringify(node))).node).toEqual(node);
    expect(() => fromNode({ chain: [{ group: [{ task: 1 }] }, {}] })).toThrow(InvalidCanvas);
    expect(() => fromNode({ chain: [{ group: [{ task: 1 }] }, {}] })).toThrow(/\/chain\/0\/group\/0\/task.*\/chain\/1/);
  });
});

describe("map, starmap and chunks", () => {
  it("are one task for all items, and nothing is prepended", () => {
    expect(upper.map(["a", "b"]).node).toEqual({ ...ti("text.upper", "a", "b"), each: "map" });
    expect(
      add.starmap([
        [1, 2],
        [3, 4, 5],
      ]).node,
    ).toEqual({ ...ti("math.add", [1, 2], [3, 4, 5]), each: "starmap" });
    expectTypeOf(upper.map(["a"])).toExtend<Canvas<string[]>>();
    expectTypeOf<Parameters<typeof upper.map>[0]>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<Parameters<typeof add.map>[0]>().toEqualTypeOf<readonly never[]>();
  });

  it("cut items into tasks of a given size, the last with what is left", () => {
    const items = Array.from({ length: 5 }, (_, n): [number, number] => [n, n]);
    const { node } = chunks(add, items, 2);
    expect(node).toEqual({
      group: [
        { ...ti("math.add", [0, 0], [1, 1]), each: "starmap" },
        { ...ti("math.add", [2, 2], [3, 3]), each: "starmap" },
        { ...ti("math.add", [4, 4]), each: "starmap" },
      ],
    });
    expect(chunks(add, [], 2).node).toEqual({ group: [] });
    expectTypeOf(chunks(add, items, 2)).toExtend<Canvas<number[][]>>();
  });

  it.each([0, -1, 1.5, Number.NaN])("map, starmap and chunks refuse chunks of %d", (size) => {
    expect(() => chunks(add, [[1, 2]], size)).toThrow(/math\.add.*expected a whole number of items, at least 1/);
  });
});

describe("a signature", () => {
  it("keeps the options that it has where others are set", () => {
    const { options } = add.s(1).set({ countdown: 3, priority: 1 }).set({ priority: 2 }).node;
    expect(JSON.parse(JSON.stringify(options))).toEqual({ countdown: 3, priority: 2 });
  });

  it("takes one link after the other", () => {
    const { options } = add.s(1, 2).link(add.s(1)).link(echo.s()).linkError(upper.s()).node;
    expect(options).toMatchObject({
      link: [t("math.add", 1), t("text.echo")],
      link_error: [t("text.upper")],
    });
  });

  it("takes keyword arguments and options at once", () => {
    expect(add.signature({ args: [1], kwargs: { round: true }, immutable: true, countdown: 2 }).node).toMatchObject({
      ...ti("math.add", 1),
      kwargs: { round: true },
      options: { countdown: 2 },
    });
  });

  it("a signature submits itself", async () => {
    expect(await submitted(() => add.s(1, 2).delay())).toMatchObject(t("math.add", 1, 2));
    expect(await submitted(() => add.s(1, 2).applyAsync({ countdown: 1 }))).toMatchObject({
      options: { countdown: 1 },
    });
  });
});

describe("a canvas that is submitted", () => {
  it("hands its node to the submitter", async () => {
    const canvas = chain(add.s(1, 2), add.s(3));
    expect(await submitted(() => canvas.delay())).toEqual(canvas.node);
  });

  it("gives options to the first task of a chain, to all of a group, to header and body of a chord", async () => {
    const late = { countdown: 5 };
    const canvas = chain(chord([add.s(1, 1), group(add.s(2, 2))], sum), add.s(1));
    expect(await submitted(() => canvas.applyAsync(late))).toMatchObject({
      chain: [
        {
          chord: {
            header: [{ options: late }, { group: [{ options: late }] }],
            body: { options: late },
          },
        },
        { options: {} },
      ],
    });
  });

  it("cannot be outside a task, and says what to do", async () => {
    setSubmitter(null);
    await expect(chain(add.s(1, 2)).delay()).rejects.toThrow(/A chain was called outside a task\. Call connect\(\)/);
  });
});

describe("the types of a canvas", () => {
  it("refuse a step that cannot take the result before it", () => {
    expectTypeOf<Chains<[Returned<typeof add>, typeof upper]>>().toEqualTypeOf<false>();
    expectTypeOf<Chains<[typeof upper, typeof upper]>>().toEqualTypeOf<true>();
    expectTypeOf<Chains<[typeof sum, typeof sum]>>().toEqualTypeOf<false>();
    const numberToAdd = add.s(1);
    const complete = upper.s("a");
    const immutable = upper.si("a");
    expectTypeOf<Chains<[typeof numberToAdd, typeof numberToAdd]>>().toEqualTypeOf<true>();
    expectTypeOf<Chains<[typeof complete, typeof complete]>>().toEqualTypeOf<false>();
    expectTypeOf<Chains<[typeof complete, typeof immutable]>>().toEqualTypeOf<true>();
  });

  it("take what cannot be known", () => {
    expectTypeOf<Chains<[typeof echo, typeof upper, typeof echo, typeof sum]>>().toEqualTypeOf<true>();
    const read = fromNode({ task: "math.add" });
    expectTypeOf<Chains<[typeof upper, typeof read, typeof sum]>>().toEqualTypeOf<true>();
  });

  it("look at which of a task's signatures is meant", () => {
    const numbers = join.s(1);
    const strings = join.s("a");
    expectTypeOf<Chains<[typeof sum, typeof numbers]>>().toEqualTypeOf<true>();
    expectTypeOf<Chains<[typeof sum, typeof strings]>>().toEqualTypeOf<false>();
  });

  it("know that a group gives a list, and a chord what its body gives", () => {
    const both = group(add.s(1, 2), upper.s("a"));
    expectTypeOf(both).toExtend<Canvas<[number, string]>>();
    const numbers = group(add.s(1, 2), add.s(3, 4));
    expectTypeOf<Chains<[typeof numbers, typeof sum]>>().toEqualTypeOf<true>();
    expectTypeOf<Chains<[typeof both, typeof sum]>>().toEqualTypeOf<false>();
    const many = group([1, 2].map((x) => add.s(x, x)));
    expectTypeOf<Chains<[typeof many, typeof sum]>>().toEqualTypeOf<true>();
    const total = chord([add.s(1, 2), chain(add.s(1, 1), add.s(1))], sum);
    expectTypeOf(total).toExtend<Canvas<number>>();
    expectTypeOf<Chains<[typeof total, typeof upper]>>().toEqualTypeOf<false>();
    const flat = group(add.s(1, 2), group(add.s(3, 4), group([1].map((x) => add.s(x, x)))));
    expectTypeOf(flat).toExtend<Canvas<[number, number, ...number[]]>>();
    const kept = group(add.s(1, 2), chain(group(add.s(3, 4))));
    expectTypeOf<Chains<[typeof flat, typeof sum]>>().toEqualTypeOf<true>();
    expectTypeOf<Chains<[typeof kept, typeof sum]>>().toEqualTypeOf<false>();
    const nested = chain(upper.s("a"), group(upper, echo));
    expectTypeOf<Chains<[typeof nested, typeof upper]>>().toEqualTypeOf<false>();
    expectTypeOf<Results<[typeof add, typeof upper]>>().toEqualTypeOf<[number, string]>();
  });

  it("see a result as it is after it has crossed as JSON", () => {
    expectTypeOf<Chains<[typeof now, typeof upper]>>().toEqualTypeOf<true>();
    expectTypeOf<Sent<{ readonly at: readonly Date[]; readonly none?: number }>>().toEqualTypeOf<{
      at: string[];
      none?: number;
    }>();
    expectTypeOf<Fits<readonly number[], number[]>>().toEqualTypeOf<true>();
    expectTypeOf<Fits<undefined, null>>().toEqualTypeOf<true>();
    expectTypeOf<Chains<[typeof nothing, typeof sum]>>().toEqualTypeOf<false>();
  });

  it("refuse links that cannot take what they get", () => {
    const number = add.s(1);
    const text = upper.s();
    expectTypeOf<After<number, typeof number>>().toEqualTypeOf<typeof number>();
    expectTypeOf<After<number, typeof text>>().not.toExtend<typeof text>();
    // An error link gets the failed task's id.
    expectTypeOf<After<string, typeof text>>().toEqualTypeOf<typeof text>();
  });
});

type Returned<Task extends { s: unknown }> = Task extends { si(...args: infer _): infer Signature } ? Signature : never;
