import * as z from "zod";
import { InvalidArguments } from "../errors.ts";
import { type Fault, faultsOf } from "../faults.ts";

const Kwargs = z.record(z.string(), z.unknown());

/** What of a task its arguments are checked against. */
export interface Signed {
  readonly name: string;
  readonly args: z.ZodType;
  readonly kwargs: z.ZodType;
}

/** The faults of `args` and `kwargs` by the schemas of `task`, with paths from the node that holds both. */
export function argumentFaults(task: Signed, args: unknown, kwargs: unknown): Fault[] {
  const byArgs = task.args.safeParse(args);
  const byKwargs = task.kwargs.safeParse(kwargs);
  return [
    ...(byArgs.success ? [] : faultsOf(byArgs.error, ["args"])),
    ...(byKwargs.success ? [] : faultsOf(byKwargs.error, ["kwargs"])),
  ];
}

/** Every list of arguments that a task is run with: one, or one for each item; null for an item that is no list and should be. */
export function* argumentLists(
  each: "map" | "starmap" | null,
  args: readonly unknown[],
): Generator<readonly unknown[] | null> {
  if (each === null) yield args;
  else if (each === "map") for (const item of args) yield [item];
  else for (const item of args) yield Array.isArray(item) ? item : null;
}

/**
 * The arguments as the task's function takes them (defaults filled in).
 * @throws InvalidArguments
 */
export function checkArguments(
  task: Signed,
  args: readonly unknown[],
  kwargs: unknown,
): { args: readonly unknown[]; kwargs: Record<string, unknown> } {
  const faults = argumentFaults(task, args, kwargs);
  if (faults.length > 0) throw new InvalidArguments(task.name, faults);
  return { args: z.array(z.unknown()).parse(task.args.parse(args)), kwargs: Kwargs.parse(task.kwargs.parse(kwargs)) };
}
