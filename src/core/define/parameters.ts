import * as z from "zod";
import type { Fault } from "../faults.ts";
import { pointer } from "../json.ts";

/** What can be the name of a parameter: as in Python, and in most other languages. */
const NAME = /^[A-Za-z_]\w*$/;

/** What of a JSON Schema tells how many entries a list must have. */
const Entries = z.looseObject({ anyOf: z.array(z.unknown()).optional(), minItems: z.number().optional() });

/**
 * The names of positional parameters in their order, by the titles of the entries in the schema of an argument list;
 * null where one has none. Of alternatives, the longest that all agree with.
 */
export function titlesOf(schema: unknown): readonly string[] | null {
  if (schema instanceof z.ZodUnion) return agreed(schema.def.options.map(titlesOf));
  if (!(schema instanceof z.ZodTuple)) return null;
  const titles = schema.def.items.map((entry) => titleOf(entry) ?? "");
  return titles.length > 0 && nameFault(titles) === null ? titles : null;
}

/** The title of an entry, or of what it makes optional. */
function titleOf(entry: unknown): string | undefined {
  if (!(entry instanceof z.ZodType)) return undefined;
  const { title } = entry.meta() ?? {};
  if (title !== undefined) return title;
  const wraps = entry instanceof z.ZodOptional || entry instanceof z.ZodDefault || entry instanceof z.ZodNullable;
  return wraps ? titleOf(entry.def.innerType) : undefined;
}

function agreed(lists: readonly (readonly string[] | null)[]): readonly string[] | null {
  const [longest = null] = lists.toSorted((one, other) => (other?.length ?? 0) - (one?.length ?? 0));
  const agrees = lists.every((list) => list?.every((title, index) => title === longest?.[index]) === true);
  return agrees ? longest : null;
}

/** The first of `names` that cannot name a parameter, or is there twice; null where there is none. */
export function nameFault(names: readonly string[]): string | null {
  return names.find((name, index) => !NAME.test(name) || names.indexOf(name) < index) ?? null;
}

/** How many arguments a list must have, by its JSON Schema: the fewest of its alternatives. */
export function fewestOf(schema: unknown): number {
  const parsed = Entries.safeParse(schema);
  if (!parsed.success) return 0;
  const { anyOf, minItems = 0 } = parsed.data;
  return anyOf === undefined ? minItems : Math.min(...anyOf.map(fewestOf));
}

/** Arguments, those that were given by name at their places. */
export interface Bound {
  /** Undefined where a parameter before a named one was not given. */
  readonly args: readonly unknown[];
  /** What is left of the keyword arguments. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** The names of those that were given by name, by their places. */
  readonly named: ReadonlyMap<number, string>;
  /** A parameter that was given twice. */
  readonly faults: readonly Fault[];
}

/**
 * Puts what is given by name at its place, as a call in Python does.
 * @param parameters the names in order; null where the task has none, and takes keyword arguments as they are.
 * @param prepended how many results will be put before `args`, 0 or 1.
 */
export function bind(
  parameters: readonly string[] | null,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  prepended = 0,
): Bound {
  const list: unknown[] = [...args];
  const named = new Map<number, string>();
  const faults: Fault[] = [];
  const rest = Object.entries(kwargs).filter(([name, value]) => {
    const place = parameters?.indexOf(name) ?? -1;
    if (place < 0) return true;
    if (place < prepended + args.length) {
      const first = place < prepended ? "the result before it" : `args/${place - prepended}`;
      faults.push({ path: pointer(["kwargs", name]), message: `is given twice: ${first} is the same parameter` });
    } else {
      list[place - prepended] = value;
      named.set(place - prepended, name);
    }
    return false;
  });
  return { args: Array.from(list), kwargs: Object.fromEntries(rest), named, faults };
}
