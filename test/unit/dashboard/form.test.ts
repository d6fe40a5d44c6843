import { describe, expect, it } from "vitest";
import * as z from "zod";
import { type Schema, fieldsOf } from "../../../dashboard/page/form/schema.ts";
import { asCommand, asCurl, asTypeScript } from "../../../dashboard/page/form/snippets.ts";
import { exampleTyped, fieldAt, readJson, readNamed, readPositional } from "../../../dashboard/page/form/values.ts";

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

describe("what is nested", () => {
  const mail = z.strictObject({ to: z.email(), copies: z.int().min(1).default(2) });
  const target = z.union([
    z.strictObject({ kind: z.literal("file"), path: z.string() }),
    z.strictObject({ kind: z.literal("queue"), name: z.string().meta({ description: "of the stage" }) }),
  ]);

  it("has fields of its own: objects, lists of objects, and each kind of a union", () => {
    const [object, list, union] = argsOf(z.tuple([mail, z.array(mail), target]));
    expect(object?.fields?.map(({ name, kind, required }) => [name, kind, required])).toEqual([
      ["1.to", "text", true],
      ["1.copies", "integer", false],
    ]);
    expect(object?.fields?.[1]?.initial).toBe("2");
    expect(list?.kind).toBe("list");
    expect(union?.variants?.map((one) => one.fields?.map(({ name }) => name))).toEqual([
      ["3.kind", "3.path"],
      ["3.kind", "3.name"],
    ]);
    expect(union?.variants?.[1]?.fields?.[1]?.note).toBe("of the stage");
  });

  it("is what it may be but null where it may be null, and JSON where nobody can say", () => {
    const [nullable, anything] = argsOf(z.tuple([z.number().nullable(), z.record(z.string(), z.number())]));
    expect(nullable?.kind).toBe("number");
    expect(anything?.kind).toBe("json");
  });

  it("becomes values, with faults at the fields that they are about", () => {
    const fields = argsOf(z.tuple([mail, z.array(mail), target]));
    const typed = {
      "1.to": "a@b.de",
      "2#items": "2",
      "2.0.to": "c@d.de",
      "2.1.to": "e@f.de",
      "2.1.copies": "3",
      "3#kind": "1",
      "3.kind": "queue",
      "3.name": "math",
    };
    expect(readPositional(fields, typed)).toEqual({
      value: [{ to: "a@b.de" }, [{ to: "c@d.de" }, { to: "e@f.de", copies: 3 }], { kind: "queue", name: "math" }],
      faults: {},
    });
    expect(readPositional(fields, { ...typed, "2.1.to": "", "1.copies": "x" }).faults).toEqual({
      "1.copies": "number",
      "2.1.to": "required",
    });
    const optional = argsOf(z.tuple([z.int(), mail.optional()]));
    expect(readPositional(optional, { 1: "1" })).toEqual({ value: [1], faults: {} });
  });

  it("has an example that is read without a fault", () => {
    const fields = argsOf(z.tuple([mail, z.array(mail), target, z.array(z.string()), z.boolean()]));
    const { value, faults } = readPositional(fields, exampleTyped(fields));
    expect(faults).toEqual({});
    expect(z.tuple([mail, z.array(mail), target, z.array(z.string()), z.boolean()]).safeParse(value).success).toBe(
      true,
    );
  });

  it("is asked for by the list that was chosen where a task takes several", () => {
    const { args, variants } = fieldsOf(
      schemaOf(z.union([z.tuple([z.int()]), z.tuple([z.string(), z.string()])])),
      NONE,
    );
    expect(args).toBeNull();
    expect(variants.map((fields) => fields.map(({ kind }) => kind))).toEqual([["integer"], ["text", "text"]]);
  });

  it("is named by the path of what the API refuses", () => {
    expect(fieldAt("/args/0/2/to")).toEqual({ of: "args", name: "1.2.to" });
    expect(fieldAt("/kwargs/unit")).toEqual({ of: "kwargs", name: "unit" });
    expect(fieldAt("/task")).toBeNull();
  });
});

describe("a call that is copied", () => {
  const body = { task: "shop.mail", args: ["it's", "17", 2], kwargs: { to: "a" }, options: { countdown: 5 } };

  it("is right for a shell, with what it quotes", () => {
    expect(asCommand(body)).toBe(
      String.raw`celeriac call shop.mail 'it'\''s' '"17"' 2 --kwargs '{"to":"a"}' --countdown 5 --wait`,
    );
    expect(asCurl(body)).toContain(String.raw`{"task":"shop.mail","args":["it'\''s","17",2],"kwargs":{"to":"a"}`);
  });

  it("is right for TypeScript, and leaves out what is empty", () => {
    expect(asTypeScript({ task: "math.add", args: [1, 2], kwargs: {}, options: {} })).toContain(
      'JSON.stringify({"task":"math.add","args":[1,2]})',
    );
  });
});
