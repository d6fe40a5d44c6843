import * as z from "zod";
import { InvalidArguments } from "../errors.ts";
import { type Fault, type FindMessage, faultsOf } from "../faults.ts";
import { messageFor } from "./messages.ts";
import { type Bound, bind } from "./parameters.ts";

const Kwargs = z.record(z.string(), z.unknown());

/** What of a task its arguments are checked against. */
export interface Signed {
  readonly name: string;
  readonly args: z.ZodType;
  readonly kwargs: z.ZodType;
  /** The names of its positional parameters, in order; null where they have none. */
  readonly parameters: readonly string[] | null;
  /** How many arguments it must have. @default as `args` says */
  readonly fewest?: number;
  /** The JSON Schemas that its schemas were made of, which have the messages of its author. @default none */
  readonly json?: { readonly args: Record<string, unknown>; readonly kwargs: Record<string, unknown> };
}

/**
 * The faults of `args` and `kwargs` by the schemas of `task`, with paths from the node that holds both: what was given
 * by name is at fault where it was given.
 * @param prepended how many results will be put before `args`; they are not known yet, so neither are faults of the
 *   list.
 */
export function argumentFaults(
  task: Signed,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  prepended = 0,
): Fault[] {
  const bound = bind(task.parameters, args, kwargs, prepended);
  const byKwargs = task.kwargs.safeParse(bound.kwargs);
  return [
    ...bound.faults,
    ...(prepended > 0 ? [] : listFaults(task, bound)),
    ...(byKwargs.success ? [] : faultsOf(byKwargs.error, ["kwargs"], messagesOf(task.json?.kwargs))),
  ];
}

function faultsOfList(task: Signed, args: readonly unknown[]): Fault[] {
  const byArgs = task.args.safeParse(args);
  return byArgs.success ? [] : faultsOf(byArgs.error, ["args"], messagesOf(task.json?.args));
}

/** zod looks at no item of a list that is too short: those that are there are checked in one that is long enough. */
function itemFaults(task: Signed, args: readonly unknown[], fewest: number): Fault[] {
  const padded = Array.from({ length: fewest }, (_, index) => args[index]);
  return faultsOfList(task, padded).filter(({ path }) => Number(/^\/args\/(\d+)/.exec(path)?.[1]) < args.length);
}

function listFaults(task: Signed, { args, named }: Bound): Fault[] {
  const { fewest = 0 } = task;
  const isShort = args.length > 0 && args.length < fewest;
  const faults = [...(isShort ? itemFaults(task, args, fewest) : []), ...faultsOfList(task, args)];
  const known = new Set(faults.map(({ path }) => path));
  const missing = missingBefore(task, args, named).filter(({ path }) => !known.has(path));
  return [...faults.map((fault) => ({ ...fault, path: placed(fault.path, named) })), ...missing];
}

/** Finds the message of the task's author for an issue. */
function messagesOf(json: Record<string, unknown> | undefined): FindMessage | undefined {
  // The first step of a path says whether it is of the arguments or the keyword arguments.
  return json === undefined ? undefined : (path, issue) => messageFor(json, path.slice(1), issue);
}

/** Parameters that must be there, and were skipped by naming a later one. */
function missingBefore({ parameters, fewest = 0 }: Signed, args: readonly unknown[], named: Bound["named"]): Fault[] {
  if (named.size === 0) return [];
  return Array.from({ length: Math.min(fewest, args.length) }, (_, index) => index)
    .filter((index) => args[index] === undefined)
    .map((index) => ({
      path: `/args/${index}`,
      message: `is missing: the parameter "${parameters?.[index] ?? index}"`,
    }));
}

/** `/args/1/x` as `/kwargs/y/x` where the second argument was given as `y`. */
function placed(path: string, named: Bound["named"]): string {
  const [, index = "", rest = ""] = /^\/args\/(\d+)(.*)$/s.exec(path) ?? [];
  const name = index === "" ? undefined : named.get(Number(index));
  return name === undefined ? path : `/kwargs/${name}${rest}`;
}

/**
 * Every list of arguments that a task is run with: one, or one for each item; null for an item that is no list and
 * should be.
 */
export function* argumentLists(
  each: "map" | "starmap" | null,
  args: readonly unknown[],
): Generator<readonly unknown[] | null> {
  if (each === null) yield args;
  else if (each === "map") for (const item of args) yield [item];
  else for (const item of args) yield Array.isArray(item) ? item : null;
}

/**
 * The arguments as the task's function takes them (by their places, defaults filled in).
 * @throws InvalidArguments
 */
export function checkArguments(
  task: Signed,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): { args: readonly unknown[]; kwargs: Record<string, unknown> } {
  const faults = argumentFaults(task, args, kwargs);
  if (faults.length > 0) throw new InvalidArguments(task.name, faults);
  const bound = bind(task.parameters, args, kwargs);
  return {
    args: z.array(z.unknown()).parse(task.args.parse(bound.args)),
    kwargs: Kwargs.parse(task.kwargs.parse(bound.kwargs)),
  };
}
