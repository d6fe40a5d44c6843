import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type Schema, fieldsOf } from "../../../dashboard/page/form/schema.ts";
import { readJson, readNamed, readPositional } from "../../../dashboard/page/form/values.ts";

const schemaOf = (schema: z.ZodType): Schema => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
const NONE = schemaOf(z.strictObject({}));

const argsOf = (schema: z.ZodType) => fieldsOf(schemaOf(schema), NONE).args ?? [];

describe("the fields of a task", () => {
  it("are one for each positional argument, by its type", () => {
    const fields = argsOf(
      z.tuple([z.number().min(0).max(9), z.string(), z.boolean(), z.enum(["a", "b"]), z.array(z.number())]),
    );
    expect(fields.map((field) => field.kind)).toEqual(["number", "text", "boolean", "choice", "json"]);
    expect(fields[0]).toMatchObject({ name: "1", required: true, min: 0, max: 9, hint: "number 0 … 9" });
    expect(fields[3]?.options).toEqual(["a", "b"]);
  });

  it("need not be filled where an argument is optional", () => {
    expect(argsOf(z.tuple([z.int(), z.int().optional()])).map((field) => field.required)).toEqual([true, false]);
    expect(argsOf(z.tuple([z.unknown().optional()])).map((field) => field.required)).toEqual([false]);
  });

  it("have the titles that a task gives its arguments", () => {
    const fields = argsOf(z.tuple([z.int().meta({ title: "steps" }), z.unknown().optional().meta({ title: "data" })]));
    expect(fields.map(({ name, title, required }) => [name, title, required])).toEqual([
      ["1", "steps", true],
      ["2", "data", false],
    ]);
    expect(argsOf(z.tuple([z.int()]))[0]?.title).toBeUndefined();
  });

  it("are none for a task without arguments, and a list where their number is open", () => {
    expect(argsOf(z.tuple([]))).toEqual([]);
    expect(fieldsOf(schemaOf(z.array(z.unknown())), NONE).args).toBeNull();
    expect(fieldsOf(schemaOf(z.union([z.tuple([z.int()]), z.tuple([z.string()])])), NONE).args).toBeNull();
  });

  it("have the names of named arguments", () => {
    const { kwargs } = fieldsOf(
      schemaOf(z.tuple([])),
      schemaOf(z.strictObject({ unit: z.string(), round: z.int().optional() })),
    );
    expect(kwargs.map(({ name, kind, required }) => [name, kind, required])).toEqual([
      ["unit", "text", true],
      ["round", "integer", false],
    ]);
  });
});

describe("what was typed", () => {
  const fields = argsOf(z.tuple([z.number(), z.string(), z.array(z.number()).optional(), z.boolean().optional()]));

  it("becomes values, without the optional ones at the end that are empty", () => {
    expect(readPositional(fields, { 1: "2.5", 2: "two" })).toEqual({ value: [2.5, "two"], faults: {} });
    expect(readPositional(fields, { 1: "-1", 2: " ", 3: "[1, 2]", 4: "false" }).value).toEqual([
      -1,
      " ",
      [1, 2],
      false,
    ]);
    expect(readPositional(fields, { 1: "1", 2: "x", 4: "true" }).value).toEqual([1, "x", null, true]);
  });

  it("is at fault where a value is needed, no number or no JSON", () => {
    expect(readPositional(fields, { 1: "two", 3: "[1," }).faults).toEqual({ 1: "number", 2: "required", 3: "json" });
    expect(readJson("args", "[1", []).faults).toEqual({ args: "json" });
    expect(readJson("args", " ", [])).toEqual({ value: [], faults: {} });
  });

  it("is left out of named arguments where it is empty", () => {
    expect(readNamed(fields, { 2: "x" })).toEqual({ value: { 2: "x" }, faults: { 1: "required" } });
  });
});
