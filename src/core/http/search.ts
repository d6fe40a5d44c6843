import type { TaskRecord } from "../record/record.ts";

/** Characters of a task's arguments that a listing shows. */
const PREVIEW = 160;

/** The words of a search, in lower case; what stands in quotes is one. */
export function termsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]+)"|\S+/g)].map(([whole, quoted]) => (quoted ?? whole).toLowerCase());
}

/**
 * Whether a task has all of the words in its id, name, correlation id, error, or arguments as JSON. Arguments that lie
 * in S3 (above 4 KB) are not looked at: a search must not fetch a thousand objects.
 */
export function hasTerms(record: TaskRecord, terms: readonly string[]): boolean {
  if (terms.length === 0) return true;
  const { id, call, error } = record;
  const payload = "json" in call.payload ? call.payload.json : "";
  const parts = [id, call.task, call.correlation, error?.type ?? "", error?.message ?? "", payload];
  const text = parts.join("\n").toLowerCase();
  return terms.every((term) => text.includes(term));
}

/** The beginning of a task's arguments as a call would have them: `1, "two", unit="km"`. Null where they lie in S3. */
export function previewOf({ call: { payload } }: TaskRecord): string | null {
  if (!("json" in payload)) return null;
  const value: unknown = JSON.parse(payload.json);
  const [args, kwargs]: unknown[] = Array.isArray(value) ? value : [];
  const positional = Array.isArray(args) ? args.map((arg) => JSON.stringify(arg)) : [];
  const named = Object.entries(kwargs ?? {}).map(([name, arg]) => `${name}=${JSON.stringify(arg)}`);
  const text = [...positional, ...named].join(", ");
  return text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text;
}
