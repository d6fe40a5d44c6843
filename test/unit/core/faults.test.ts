import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type Fault, faultsOf } from "../../../src/core/faults.ts";

const faults = (schema: z.ZodType, value: unknown): Fault[] => {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : faultsOf(parsed.error);
};

describe("the faults of a union", () => {
  const schema = z.union([z.string(), z.object({ a: z.number(), b: z.string() }), z.array(z.number())]);

  it("say what is expected where the value is of none of its types", () => {
    expect(faults(schema, 5)).toEqual([{ path: "", message: "Invalid input: expected string or object or array" }]);
    const words = z.union([z.literal("all"), z.number(), z.null()]);
    expect(faults(words, "some")).toEqual([{ path: "", message: 'Invalid input: expected "all" or number or null' }]);
  });

  it("are those of the alternative that is of the value's type", () => {
    expect(faults(schema, { a: "x" })).toEqual([
      { path: "/a", message: "Invalid input: expected number, received string" },
      { path: "/b", message: "Invalid input: expected string, received undefined" },
    ]);
    expect(faults(schema, [1, "2"])).toEqual([
      { path: "/1", message: "Invalid input: expected number, received string" },
    ]);
    expect(faults(z.union([z.string(), z.number().max(5)]), 9)).toEqual([
      { path: "", message: "Too big: expected number to be <=5" },
    ]);
  });

  it("name the tags that there are", () => {
    const tagged = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a") }),
      z.object({ kind: z.literal("b") }),
    ]);
    expect(faults(tagged, { kind: "c" })).toEqual([
      { path: "/kind", message: "Invalid discriminator value. Expected 'a' | 'b'" },
    ]);
  });
});
