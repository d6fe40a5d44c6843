import type { z } from "zod";

/** A JSON Schema, as an object. */
type JsonObject = Readonly<Record<string, unknown>>;

/** What makes the message of an issue. */
type ErrorMap = z.core.$ZodErrorMap<never>;

/** Where the messages of a JSON Schema stand: keyword -> message, as ajv-errors has them. */
const KEY = "errorMessage";

/** The keywords that JSON Schema has for a check of zod; those that are not in a schema are not used. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  max_length: ["maxItems", "maxLength"],
  min_length: ["minItems", "minLength"],
  length_equals: ["maxItems", "maxLength", "minItems", "minLength"],
  less_than: ["maximum", "exclusiveMaximum"],
  greater_than: ["minimum", "exclusiveMinimum"],
  multiple_of: ["multipleOf"],
  string_format: ["pattern", "format"],
};

/**
 * Notes the messages that a task's author gave to the checks of a schema (`.max(100, "Too many")`) in its JSON Schema,
 * under `errorMessage`: zod leaves them out. A message that a function makes of the value cannot be noted.
 */
export function noteMessages(schema: z.core.$ZodType, json: Record<string, unknown>): void {
  const messages: Record<string, string> = {};
  const note = (keywords: readonly string[], error: ErrorMap | undefined): void => {
    const message = constantMessage(error);
    if (message === null) return;
    for (const keyword of keywords) if (keyword in json) messages[keyword] = message;
  };
  const { error, checks = [] } = schema._zod.def;
  note(["type", "anyOf", "enum", "const", ...("format" in schema._zod.def ? ["pattern", "format"] : [])], error);
  for (const check of checks) note(KEYWORDS[check._zod.def.check] ?? [], check._zod.def.error);
  if (Object.keys(messages).length > 0) json[KEY] = messages;
}

/** The message that is the same for every value, or null. */
function constantMessage(error: ErrorMap | undefined): string | null {
  // zod makes a function without parameters of a message that is given as text.
  if (error === undefined || error.length > 0) return null;
  const made: unknown = Reflect.apply(error, undefined, []);
  const message = isObject(made) ? made["message"] : made;
  return typeof message === "string" ? message : null;
}

/** The message that the JSON Schema `root` has for an issue at `path` in a value of its, or null. */
export function messageFor(root: JsonObject, path: readonly PropertyKey[], issue: z.core.$ZodIssue): string | null {
  const keywords = keywordsOf(issue);
  for (const schema of schemasAt(root, path)) {
    const messages = isObject(schema[KEY]) ? schema[KEY] : {};
    const found = keywords.map((keyword) => messages[keyword]).find((message) => typeof message === "string");
    if (found !== undefined) return found;
  }
  return null;
}

/** The keywords that an issue may come from. */
function keywordsOf(issue: z.core.$ZodIssue): readonly string[] {
  switch (issue.code) {
    case "too_big":
    case "too_small": {
      const side = issue.code === "too_big" ? "max" : "min";
      if (issue.origin === "array") return [`${side}Items`];
      if (issue.origin === "string") return [`${side}Length`];
      return [`${side}imum`, issue.code === "too_big" ? "exclusiveMaximum" : "exclusiveMinimum"];
    }
    case "invalid_format":
      return ["pattern", "format"];
    case "not_multiple_of":
      return ["multipleOf"];
    case "invalid_type":
    case "invalid_value":
    case "invalid_union":
      return ["type", "anyOf", "enum", "const"];
    default:
      return [];
  }
}

/** The schemas that hold for the value at `path`: of alternatives all. */
function schemasAt(root: JsonObject, path: readonly PropertyKey[]): JsonObject[] {
  let schemas = alternatives(root, root);
  for (const step of path) {
    schemas = schemas.flatMap((schema) => childrenAt(schema, step)).flatMap((child) => alternatives(child, root));
  }
  return schemas;
}

function childrenAt(schema: JsonObject, step: PropertyKey): JsonObject[] {
  const { prefixItems, items, properties, additionalProperties } = schema;
  const inPlace: unknown = Array.isArray(prefixItems) && typeof step === "number" ? prefixItems[step] : undefined;
  const named = isObject(properties) && typeof step === "string" ? properties[step] : undefined;
  const child = typeof step === "number" ? (inPlace ?? items) : (named ?? additionalProperties);
  return isObject(child) ? [child] : [];
}

/** A schema and all that it is put together from, references within the document followed. */
function alternatives(schema: JsonObject, root: JsonObject, depth = 0): JsonObject[] {
  // References may go in circles.
  if (depth > 8) return [];
  const referred = typeof schema["$ref"] === "string" ? referredBy(schema["$ref"], root) : [];
  const parts = ["anyOf", "oneOf", "allOf"].flatMap((key) => (Array.isArray(schema[key]) ? schema[key] : []));
  return [schema, ...[...referred, ...parts].filter(isObject).flatMap((part) => alternatives(part, root, depth + 1))];
}

/** What a reference such as `#/$defs/a` says. */
function referredBy(reference: string, root: JsonObject): unknown[] {
  let found: unknown = root;
  for (const step of reference.split("/").slice(1)) found = isObject(found) ? found[step] : undefined;
  return [found];
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
