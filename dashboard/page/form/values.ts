import { type Field, itemOf } from "./schema.ts";

/** What was typed, by the fields' names. An empty text is no value. */
export type Typed = Readonly<Record<string, string>>;

/** Fields with what is wrong with what was typed. */
export type Faults = Readonly<Record<string, "required" | "number" | "json">>;

/** The values of fields, or their faults. */
export type Read<Value> = { readonly value: Value; readonly faults: Faults };

/**
 * Positional arguments: optional ones at the end that were left empty are left out, and null stands for one in between.
 */
export function readPositional(fields: readonly Field[], typed: Typed): Read<unknown[]> {
  const faults: Record<string, Faults[string]> = {};
  const values = fields.map((field) => readField(field, typed, faults));
  const last = values.findLastIndex((value) => value !== undefined);
  return { value: values.slice(0, last + 1).map((value) => value ?? null), faults };
}

/** Named arguments; those that were left empty are left out. */
export function readNamed(fields: readonly Field[], typed: Typed): Read<Record<string, unknown>> {
  const faults: Record<string, Faults[string]> = {};
  const entries = fields.map((field) => [field.name, readField(field, typed, faults)] as const);
  return { value: Object.fromEntries(entries.filter(([, value]) => value !== undefined)), faults };
}

/** A list or object that was typed as JSON. */
export function readJson(name: string, text: string, empty: unknown): Read<unknown> {
  if (text.trim() === "") return { value: empty, faults: {} };
  try {
    return { value: JSON.parse(text), faults: {} };
  } catch {
    return { value: empty, faults: { [name]: "json" } };
  }
}

/** Where it is kept how many items a list has, and which kind of a union was chosen. */
export const itemsKey = (name: string): string => `${name}#items`;
export const kindKey = (name: string): string => `${name}#kind`;

/** How many items of a list are asked for. */
export function itemCount(field: Field, typed: Typed): number {
  return Number(typed[itemsKey(field.name)] ?? (field.required ? 1 : 0));
}

/** The kind of a union that was chosen. */
export function chosenOf(field: Field, typed: Typed): Field | undefined {
  return field.variants?.[Number(typed[kindKey(field.name)] ?? 0)];
}

function readField(field: Field, typed: Typed, faults: Record<string, Faults[string]>): unknown {
  if (field.kind === "object") return readObject(field, typed, faults);
  if (field.kind === "list") {
    const items = Array.from({ length: itemCount(field, typed) }, (_, index) => itemOf(field, index));
    return items.length === 0 && !field.required ? undefined : items.map((item) => readField(item, typed, faults));
  }
  if (field.kind === "union") {
    const chosen = chosenOf(field, typed);
    return chosen === undefined ? undefined : readField({ ...chosen, required: field.required }, typed, faults);
  }
  return readText(field, typed[field.name] ?? "", faults);
}

/** An object of which nothing was typed is left out where it may be. */
function readObject(field: Field, typed: Typed, faults: Record<string, Faults[string]>): unknown {
  const within = `${field.name}.`;
  const isEmpty = !Object.entries(typed).some(([name, text]) => name.startsWith(within) && text.trim() !== "");
  if (isEmpty && !field.required) return undefined;
  const entries = (field.fields ?? []).map(
    (one) => [one.name.slice(within.length), readField(one, typed, faults)] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function readText(field: Field, text: string, faults: Record<string, Faults[string]>): unknown {
  if (text.trim() === "" && !(field.kind === "text" && text !== "")) {
    if (field.required) faults[field.name] = "required";
    return undefined;
  }
  if (field.kind === "text") return text;
  if (field.kind === "boolean") return text === "true";
  if (field.kind === "choice") return field.options.find((option) => String(option) === text);
  if (field.kind === "json") {
    const { value, faults: found } = readJson(field.name, text, undefined);
    Object.assign(faults, found);
    return value;
  }
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  faults[field.name] = "number";
  return undefined;
}

/** What one would type to have an example of some fields. */
export function exampleTyped(fields: readonly Field[]): Typed {
  const typed: Record<string, string> = {};
  const fill = (field: Field): void => {
    if (field.kind === "object") for (const one of field.fields ?? []) fill(one);
    else if (field.kind === "list") {
      typed[itemsKey(field.name)] = "1";
      fill(itemOf(field, 0));
    } else if (field.kind === "union") {
      const [first] = field.variants ?? [];
      typed[kindKey(field.name)] = "0";
      if (first !== undefined) fill(first);
    } else if (field.example !== null) typed[field.name] = field.example;
  };
  for (const field of fields) if (field.required || field.initial !== undefined) fill(field);
  return typed;
}

/** A fault that the API names, by the field that it is about: `/args/0/to` is in field `1.to`. */
export function fieldAt(path: string): { readonly of: "args" | "kwargs" | "options"; readonly name: string } | null {
  const [, of, first, ...rest] = path.split("/");
  if (first === undefined || (of !== "args" && of !== "kwargs" && of !== "options")) return null;
  return { of, name: [of === "args" ? String(Number(first) + 1) : first, ...rest].join(".") };
}
