/** A JSON Schema, as far as a form reads it. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a field takes. `json` is for everything that no simpler field can hold. */
export type FieldKind = "number" | "integer" | "text" | "boolean" | "choice" | "json";

/** A field of a form: one positional or named argument. */
export interface Field {
  /** Its name, or its number for positional ones. */
  readonly name: string;
  /** What its schema is titled: a positional argument's name, where its task gives it one. */
  readonly title?: string | undefined;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** Of a choice. */
  readonly options: readonly (string | number)[];
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** What it takes, in a few words: `integer 0…100`. */
  readonly hint: string;
}

/** What a task's arguments are asked for by: a field each, or one field for all where their number is open. */
export interface FormFields {
  /** Null where the arguments are one JSON list. */
  readonly args: readonly Field[] | null;
  readonly kwargs: readonly Field[];
}

/** The fields of a task by the JSON Schemas of its arguments. */
export function fieldsOf(args: Schema, kwargs: Schema): FormFields {
  return { args: positional(args), kwargs: named(kwargs) };
}

function positional(schema: Schema): Field[] | null {
  const items = schema["prefixItems"];
  if (Array.isArray(items)) {
    if (isOpen(schema["items"])) return null;
    const required = typeof schema["minItems"] === "number" ? schema["minItems"] : firstOptional(items);
    return items.map((item, at) => fieldOf(String(at + 1), asSchema(item), at < required));
  }
  // A tuple of nothing: an array that may hold no item.
  return schema["type"] === "array" && schema["maxItems"] === 0 ? [] : null;
}

/** Whether more items may follow those of a tuple. */
function isOpen(items: unknown): boolean {
  return typeof items === "object" && items !== null;
}

/** zod writes no minItems; an item that takes anything at all may be left out. */
function firstOptional(items: readonly unknown[]): number {
  const last = items.findLastIndex((item) => Object.keys(asSchema(item)).some((key) => key !== "title"));
  return last + 1;
}

function named(schema: Schema): Field[] {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(asSchema(schema["properties"])).map(([name, value]) =>
    fieldOf(name, asSchema(value), required.includes(name)),
  );
}

function fieldOf(name: string, schema: Schema, required: boolean): Field {
  const options = Array.isArray(schema["enum"]) ? schema["enum"].filter(isOption) : [];
  const kind = kindOf(schema, options);
  const min = bound(schema["minimum"] ?? schema["exclusiveMinimum"]);
  const max = bound(schema["maximum"] ?? schema["exclusiveMaximum"]);
  const title = typeof schema["title"] === "string" ? schema["title"] : undefined;
  return { name, title, kind, required, options, min, max, hint: hintOf(schema, min, max) };
}

function kindOf(schema: Schema, options: readonly unknown[]): FieldKind {
  if (options.length > 0) return "choice";
  if (schema["type"] === "number" || schema["type"] === "integer") return schema["type"];
  if (schema["type"] === "string") return "text";
  return schema["type"] === "boolean" ? "boolean" : "json";
}

/** zod bounds integers by what a double can hold; that tells nobody anything. */
function bound(value: unknown): number | undefined {
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
}

function hintOf(schema: Schema, min: number | undefined, max: number | undefined): string {
  const alternatives = schema["anyOf"] ?? schema["oneOf"];
  const type = Array.isArray(alternatives)
    ? [...new Set(alternatives.map((one) => hintOf(asSchema(one), undefined, undefined)))].join(" | ")
    : typeof schema["format"] === "string"
      ? schema["format"]
      : typeof schema["type"] === "string"
        ? schema["type"]
        : "any";
  if (min !== undefined && max !== undefined) return `${type} ${min} … ${max}`;
  if (min !== undefined) return `${type} ≥ ${min}`;
  return max === undefined ? type : `${type} ≤ ${max}`;
}

function isOption(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
