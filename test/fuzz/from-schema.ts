import fc, { type Arbitrary } from "fast-check";
import * as z from "zod";

const Schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  format: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  minItems: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.number().optional(),
});

/**
 * What stands for a schema that is nested deeper than this: bodies stay of a size that can be read when a test fails.
 */
const DEPTH = 5;

/**
 * Values that fit a JSON Schema of the API's OpenAPI document, or nearly: what only the code checks is left to chance.
 */
export function valuesOf(document: unknown, schema: unknown, depth = 0): Arbitrary<unknown> {
  const parsed = Schema.parse(schema === true || schema === undefined ? {} : schema);
  if (depth > DEPTH) return fc.constantFrom<unknown>(null, {}, [], "deep");
  const inner = (part: unknown): Arbitrary<unknown> => valuesOf(document, part, depth + 1);
  if (parsed.$ref !== undefined) return inner(resolve(document, parsed.$ref));
  if ("const" in parsed && parsed.const !== undefined) return fc.constant(parsed.const);
  if (parsed.enum !== undefined) return fc.constantFrom(...parsed.enum);
  const options = parsed.anyOf ?? parsed.oneOf;
  if (options !== undefined) return fc.oneof(...options.map(inner));
  switch ([parsed.type].flat()[0]) {
    case "object":
      return fc.record(
        Object.fromEntries(Object.entries(parsed.properties).map(([name, part]) => [name, inner(part)])),
        { requiredKeys: parsed.required.filter((name) => name in parsed.properties) },
      );
    case "array":
      return parsed.prefixItems === undefined
        ? fc.array(inner(parsed.items), { minLength: parsed.minItems ?? 0, maxLength: 4 })
        : fc.tuple(...parsed.prefixItems.map(inner));
    case "string":
      return strings(parsed.format);
    case "integer":
      return fc.integer({
        min: Math.max(parsed.minimum ?? -5, -(2 ** 31)),
        max: Math.min(parsed.maximum ?? 50, 2 ** 31 - 1),
      });
    case "number":
      return fc.oneof(fc.integer({ min: -3, max: 100 }), fc.double({ noNaN: true }));
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function strings(format: string | undefined): Arbitrary<string> {
  if (format === "uuid") return fc.uuid();
  if (format === "date-time") return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  // Names that mean something lead further into the code than noise does.
  return fc.oneof(
    fc.constantFrom("math.add", "probe.identity", "probe.fail", "etl", "notes.txt"),
    fc.string({ unit: "grapheme" }),
  );
}

function resolve(document: unknown, ref: string): unknown {
  return ref
    .slice(2)
    .split("/")
    .reduce((part: unknown, name) => z.record(z.string(), z.unknown()).parse(part)[name], document);
}
