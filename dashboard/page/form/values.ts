import type { Field } from "./schema.ts";

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
  const values = fields.map((field) => readField(field, typed[field.name] ?? "", faults));
  const last = values.findLastIndex((value) => value !== undefined);
  return { value: values.slice(0, last + 1).map((value) => value ?? null), faults };
}

/** Named arguments; those that were left empty are left out. */
export function readNamed(fields: readonly Field[], typed: Typed): Read<Record<string, unknown>> {
  const faults: Record<string, Faults[string]> = {};
  const entries = fields.map((field) => [field.name, readField(field, typed[field.name] ?? "", faults)] as const);
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

function readField(field: Field, text: string, faults: Record<string, Faults[string]>): unknown {
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
