import * as z from "zod";
import { DefinitionError } from "../errors.ts";
import { CELERY_QUEUE } from "../celery.ts";
import {
  type ArgsSchema,
  NO_KWARGS,
  type NoKwargs,
  type Task,
  createTask,
  parametersOf,
  resolveOptions,
} from "./task.ts";

/** How a task that a worker of Celery runs is declared. */
export interface ForeignDeclaration<Args extends ArgsSchema, Kwargs extends z.ZodObject, Result> {
  /** The queue that the worker takes, by Celery's name; the stage's `queuePrefix` goes before it. */
  readonly queue: string;
  /** A zod tuple of the positional arguments. */
  readonly args: Args;
  /** A zod object of the keyword arguments. @default none are taken */
  readonly kwargs?: Kwargs;
  /** The names of the positional parameters, in order. @default the titles of the entries of `args` */
  readonly parameters?: readonly string[];
  /** What it gives, for the compiler: what comes from a worker is not checked. @default unknown */
  readonly result?: z.ZodType<Result>;
  /**
   * Seconds from when the message is sent until the task has failed with TimeLimitExceeded, if no end of it is found:
   * its wait in the queue counts. The worker is told of it, as its hard limit and as the end of the message's time. At
   * most 43,200, for which SQS can hide a message. @default 3600
   */
  readonly timeLimit?: number;
  /** Seconds; the worker enforces it. @default none */
  readonly softTimeLimit?: number;
  /** Whether the result is dropped here: what follows gets null. @default false */
  readonly ignoreResult?: boolean;
}

const ForeignOptions = z.strictObject({
  queue: z.string().min(1).max(80),
  timeLimit: z.number().positive().max(43_200).default(3_600),
  softTimeLimit: z.number().positive().nullable().default(null),
  ignoreResult: z.boolean().default(false),
});

/**
 * A task that a worker of Celery runs, which exists already: it is sent there, and its end is read from the result
 * table. In canvases it stands where any task may. Export what this returns from a task module; a stage without
 * `celery` has no such tasks.
 * @param celeryName Celery's name of it, such as `proj.tasks.add`; here it is `celery.proj_tasks_add`
 * @throws DefinitionError for a bad name or option
 */
export function foreignTask<Args extends ArgsSchema, Result = unknown, Kwargs extends z.ZodObject = NoKwargs>(
  celeryName: string,
  declaration: ForeignDeclaration<Args, Kwargs, Result>,
): Task<z.input<Args>, z.input<Kwargs>, Result> {
  const name = `${CELERY_QUEUE}.${celeryName.replaceAll(/\W/g, "_")}`;
  if (!/^[A-Za-z][^\s*]{0,59}$/.test(celeryName))
    throw new DefinitionError(
      `"${celeryName}" is no name of a Celery task here: expected at most 60 characters, such as "proj.tasks.add".`,
    );
  const { args, kwargs = NO_KWARGS, parameters, result: _result, ...options } = declaration;
  const parsed = ForeignOptions.safeParse(options);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "options"} ${issue.message}`);
    throw new DefinitionError(`Foreign task "${celeryName}": ${faults.join("; ")}.`);
  }
  const { queue, timeLimit, ...limits } = parsed.data;
  return createTask(name, {
    module: CELERY_QUEUE,
    args,
    kwargs,
    parameters: parametersOf(name, args, kwargs, parameters),
    // Its worker tries again by itself; to do that here as well would multiply the attempts.
    options: { ...resolveOptions(name, { maxRetries: 0 }), ...limits, timeLimit },
    foreign: { task: celeryName, queue },
    run: () => {
      throw new Error(`${celeryName} has no code here: a worker of Celery runs it.`);
    },
  });
}
