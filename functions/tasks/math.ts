import { defineTask } from "celeriac";
import * as z from "zod";

const Numbers = z.tuple([z.number(), z.number(), z.number().optional()]);
const Strings = z.tuple([z.string(), z.string(), z.string().optional()]);
const Lists = z.tuple([z.array(z.unknown()), z.array(z.unknown()), z.array(z.unknown()).optional()]);

/** The sum of two or three numbers; joins strings, and lists. */
export const add = defineTask("math.add", {
  parameters: ["x", "y", "z"],
  args: z.union([Numbers, Strings, Lists]),
  run: (_self, ...values) => join(values.filter((value) => value !== undefined)),
});

function join(values: readonly unknown[]): unknown {
  if (values.every((value) => typeof value === "number")) return values.reduce((sum, value) => sum + value, 0);
  if (values.every((value) => typeof value === "string")) return values.join("");
  return values.flat();
}

/** The product of two numbers. */
export const mul = defineTask("math.mul", {
  parameters: ["x", "y"],
  args: z.tuple([z.number(), z.number()]),
  run: (_self, x, y) => x * y,
});

/** The sum of a list. */
export const tsum = defineTask("math.tsum", {
  parameters: ["list"],
  args: z.tuple([z.array(z.number())]),
  run: (_self, numbers) => numbers.reduce((sum, number) => sum + number, 0),
});

type Nested = readonly (number | Nested)[];
const Nested: z.ZodType<Nested, Nested> = z.array(z.union([z.number(), z.lazy(() => Nested)]));

/** The sum of numbers and of nested lists of them. */
export const xsum = defineTask("math.xsum", {
  parameters: ["list"],
  args: z.tuple([Nested]),
  run: (_self, list) => sumNested(list),
});

function sumNested(list: Nested): number {
  return list.reduce<number>((sum, item) => sum + (typeof item === "number" ? item : sumNested(item)), 0);
}
