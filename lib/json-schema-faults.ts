import * as z from "zod";
import type { Fault } from "../src/core/faults.ts";
import { pointer } from "../src/core/json.ts";

/** Kinds of schemas whose values JSON cannot say, and what to use instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  date: "z.iso.datetime() for a text, or z.coerce.date() which makes a date of it",
  bigint: "z.int(), or z.coerce.bigint() which makes one of a text",
  map: "z.record()",
  set: "z.array()",
  symbol: "z.enum() or z.string()",
  function: "a task's name",
  nan: "z.number().nullable()",
  file: "a document's key",
  promise: "the schema of what it gives",
};

const Def = z.looseObject({ type: z.string(), coerce: z.boolean().optional() });
const Schema = z.looseObject({ _zod: z.looseObject({ def: Def }) });

/**
 * The places in a task's schemas whose values would never come: arguments travel as JSON, and what JSON Schema cannot
 * say the API would let pass, for the task to fail with it.
 */
export function schemasUnsaid(schema: z.ZodType, prefix: string): Fault[] {
  const faults: Fault[] = [];
  z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, path }) => {
      const { type, coerce } = Schema.parse(zodSchema)._zod.def;
      const instead = INSTEAD[type];
      if (instead === undefined || coerce === true) return;
      faults.push({ path: pointer([prefix, ...valuePath(path)]), message: `is z.${type}(): use ${instead}` });
    },
  });
  return faults;
}

/** The place of a value, by that of its schema: `["prefixItems", 0, "properties", "at"]` is `[0, "at"]`. */
function valuePath(path: readonly PropertyKey[]): PropertyKey[] {
  const [keyword, key, ...rest] = path;
  if (keyword === undefined) return [];
  if (keyword === "prefixItems" || keyword === "properties") return key === undefined ? [] : [key, ...valuePath(rest)];
  if (keyword === "anyOf" || keyword === "oneOf" || keyword === "allOf") return valuePath(rest);
  return [keyword === "items" || keyword === "additionalProperties" ? "*" : keyword, ...valuePath(path.slice(1))];
}

/** Whether a JSON Schema is that of a list, or of one of several lists. */
export function isOfLists(schema: Readonly<Record<string, unknown>>): boolean {
  if (schema["type"] === "array") return true;
  const either = schema["anyOf"] ?? schema["oneOf"] ?? schema["allOf"];
  const parsed = z.array(z.record(z.string(), z.unknown())).safeParse(either);
  return parsed.success && parsed.data.length > 0 && parsed.data.every(isOfLists);
}
