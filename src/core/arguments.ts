import * as z from "zod";
import { InvalidArguments } from "./errors.ts";
import { type Fault, faultsOf } from "./faults.ts";

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
