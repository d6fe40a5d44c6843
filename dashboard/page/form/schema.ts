/** A JSON Schema, as far as a form reads it. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * What a field takes: something that is typed or chosen, an object of fields, a list of objects, or one of several
 * kinds. `json` is for everything that no other can hold.
 */
export type FieldKind = "number" | "integer" | "text" | "boolean" | "choice" | "json" | "object" | "list" | "union";

/** A field of a form: one positional or named argument, or part of one. */
export interface Field {
  /** Its name, or its number for positional ones; of a part, with that of what it is in: `2.to`. */
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
  /** What its schema says of it in words. */
  readonly note?: string | undefined;
  /** What it is where nothing is typed, as one would type it. */
  readonly initial?: string | undefined;
  /** Of an object. */
  readonly fields?: readonly Field[];
  /** Of a list: what each item is. */
  readonly items?: Schema;
  /** Of a union. */
  readonly variants?: readonly Field[];
  /** What it may be, as one would type it; null where nobody can say. */
  readonly example: string | null;
}

/** What a task's arguments are asked for by: a field each, or one field for all where their number is open. */
export interface FormFields {
  /** Null where the arguments are one JSON list, or one of several lists. */
  readonly args: readonly Field[] | null;
  /** The lists of arguments that the task takes, where there are several; else none. */
  readonly variants: readonly (readonly Field[])[];
  readonly kwargs: readonly Field[];
}

/** Objects within objects that are asked for by fields; deeper ones are JSON. */
const DEEPEST = 4;

/** The fields of a task by the JSON Schemas of its arguments. */
export function fieldsOf(args: Schema, kwargs: Schema): FormFields {
  const alternatives = args["anyOf"] ?? args["oneOf"];
  const lists = Array.isArray(alternatives) ? alternatives.map((one) => positional(asSchema(one))) : [];
  const variants = lists.filter((list) => list !== null);
  return { args: positional(args), variants: variants.length === lists.length ? variants : [], kwargs: named(kwargs) };
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

function named(schema: Schema, inside = "", depth = 0): Field[] {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(asSchema(schema["properties"])).map(([name, value]) =>
    fieldOf(`${inside}${name}`, asSchema(value), required.includes(name), depth),
  );
}

/** The field of one item of a list. */
export function itemOf({ name, items = {} }: Field, index: number): Field {
  return fieldOf(`${name}.${index}`, items, true, 1);
}

function fieldOf(name: string, given: Schema, required: boolean, depth = 0): Field {
  const alternatives = alternativesOf(given);
  const [only] = alternatives;
  // What may also be null is what it may be else, and may be left out.
  const schema = withoutNull(alternatives.length === 1 && only !== undefined ? { ...only, ...meta(given) } : given);
  const options = optionsOf(schema);
  const kind = kindOf(schema, options, alternatives.length, depth);
  const min = bound(schema["minimum"] ?? schema["exclusiveMinimum"]);
  const max = bound(schema["maximum"] ?? schema["exclusiveMaximum"]);
  const inner = insideOf(kind, name, schema, alternatives, depth);
  const initial = "default" in schema ? textOf(schema["default"], kind) : undefined;
  const field = {
    name,
    title: text(schema["title"]),
    kind,
    required: required && initial === undefined,
    options,
    min,
    max,
    hint: hintOf(schema, min, max),
    note: text(schema["description"]),
    initial,
    ...inner,
  };
  return { ...field, example: exampleOf(schema, field) };
}

function meta({ title, description, default: initial }: Schema): Schema {
  return Object.fromEntries(
    Object.entries({ title, description, default: initial }).filter(([, value]) => value !== undefined),
  );
}

/** A type and null is that type. */
function withoutNull(schema: Schema): Schema {
  const { type } = schema;
  const types: unknown[] = Array.isArray(type) ? type.filter((one) => one !== "null") : [];
  return types.length === 1 ? { ...schema, type: types[0] } : schema;
}

/** What a union may be, but null. */
function alternativesOf(schema: Schema): Schema[] {
  const all = schema["anyOf"] ?? schema["oneOf"];
  return Array.isArray(all) ? all.map(asSchema).filter((one) => one["type"] !== "null") : [];
}

function insideOf(
  kind: FieldKind,
  name: string,
  schema: Schema,
  alternatives: readonly Schema[],
  depth: number,
): Pick<Field, "fields" | "items" | "variants"> {
  if (kind === "object") return { fields: named(schema, `${name}.`, depth + 1) };
  if (kind === "list") return { items: asSchema(schema["items"]) };
  if (kind !== "union") return {};
  return { variants: alternatives.map((one) => fieldOf(name, one, true, depth + 1)) };
}

function kindOf(schema: Schema, options: readonly unknown[], alternatives: number, depth: number): FieldKind {
  if (options.length > 0) return "choice";
  const { type } = schema;
  if (type === "number" || type === "integer" || type === "boolean") return type;
  if (type === "string") return "text";
  if (depth >= DEEPEST) return "json";
  if (alternatives > 1) return "union";
  if (hasProperties(schema)) return "object";
  return type === "array" && hasProperties(asSchema(schema["items"])) ? "list" : "json";
}

function hasProperties(schema: Schema): boolean {
  return schema["type"] === "object" && Object.keys(asSchema(schema["properties"])).length > 0;
}

function optionsOf(schema: Schema): (string | number)[] {
  if ("const" in schema) return [schema["const"]].filter(isOption);
  return Array.isArray(schema["enum"]) ? schema["enum"].filter(isOption) : [];
}

/** A value as one would type it into a field of this kind. */
export function textOf(value: unknown, kind: FieldKind): string {
  return typeof value === "string" && kind !== "json" ? value : JSON.stringify(value);
}

const FORMATS: Readonly<Record<string, string>> = {
  email: "somebody@example.com",
  uri: "urn:example:page",
  uuid: "6f0c3c1e-2b1d-4c7a-9e7b-0d8a3f1c2b4d",
  "date-time": "2026-12-01T09:00:00Z",
  date: "2026-12-01",
};

/** The smallest thing that fits, or what the schema gives as an example. */
function exampleOf(schema: Schema, field: Omit<Field, "example">): string | null {
  const [given] = Array.isArray(schema["examples"]) ? schema["examples"] : [];
  if (given !== undefined) return textOf(given, field.kind);
  if (field.initial !== undefined) return field.initial;
  if (field.kind === "choice") return String(field.options[0] ?? "");
  if (field.kind === "boolean") return "true";
  if (field.kind === "number" || field.kind === "integer") return String(numberWithin(field));
  if (field.kind === "text") return FORMATS[field.hint] ?? "text";
  if (field.kind !== "json") return null;
  if (schema["type"] === "array") {
    const inner = fieldOf("", asSchema(schema["items"]), true, DEEPEST);
    return inner.example === null ? "[]" : `[${inner.kind === "text" ? JSON.stringify(inner.example) : inner.example}]`;
  }
  return schema["type"] === "object" ? "{}" : "1";
}

function numberWithin({ min, max }: Pick<Field, "min" | "max">): number {
  if (min !== undefined) return Math.max(min, Math.min(1, max ?? 1));
  return max === undefined ? 1 : Math.min(1, max);
}

/** zod bounds integers by what a double can hold; that tells nobody anything. */
function bound(value: unknown): number | undefined {
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
}

function hintOf(schema: Schema, min: number | undefined, max: number | undefined): string {
  const alternatives = schema["anyOf"] ?? schema["oneOf"];
  const type = Array.isArray(alternatives)
    ? [...new Set(alternatives.map((one) => hintOf(asSchema(one), undefined, undefined)))].join(" | ")
    : (text(schema["format"]) ?? text(schema["type"]) ?? "any");
  if (min !== undefined && max !== undefined) return `${type} ${min} … ${max}`;
  if (min !== undefined) return `${type} ≥ ${min}`;
  return max === undefined ? type : `${type} ≤ ${max}`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isOption(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
