import * as z from "zod";
import { argumentFaults, checkArguments } from "./arguments.ts";
import { nameFault, titlesOf } from "./parameters.ts";
import { DefinitionError } from "../errors.ts";
import type { Lacking } from "../canvas/flow.ts";
import { MAX_DELAY, MAX_TIME_LIMIT } from "../limits.ts";
import { intervalOf } from "./rate.ts";
import { type AnyCall, type TaskRef, callNode, createReference } from "./reference.ts";
import { type CallOptions, type Signature, type TaskNode, createSignature } from "../canvas/signature.ts";
import type { Schedule } from "./schedule.ts";
import type { Self } from "./self.ts";
import { type TaskHandle, submitNode } from "../canvas/submitter.ts";
import { writeJson } from "../write-json.ts";

const BRAND = Symbol.for("celeriac.task");

/** A class of errors, whatever its constructor takes. */
// oxlint-disable-next-line typescript/no-explicit-any -- no other type accepts every constructor
export type ErrorClass = abstract new (...args: never[]) => Error;

/** How a task is run and retried. All of it is optional; the defaults are Celery's unless said otherwise. */
export interface TaskOptions {
  /** Seconds after which `self.signal` aborts with SoftTimeLimitExceeded. @default none */
  readonly softTimeLimit?: number;
  /** Seconds after which the task is killed; at most 880. @default 300 (Celery has none; a Lambda must end) */
  readonly timeLimit?: number;
  /** Retries before the task fails; null for no bound. @default 3 */
  readonly maxRetries?: number | null;
  /** Seconds before a retry that names no countdown. @default 180 */
  readonly retryDelay?: number;
  /** Errors on which the task is retried without asking. @default none */
  readonly autoretryFor?: readonly ErrorClass[];
  /** Errors on which it is not, though `autoretryFor` covers them. @default none */
  readonly dontAutoretryFor?: readonly ErrorClass[];
  /** Automatic retries wait 1, 2, 4 ... s (true), or that many times this number. @default false */
  readonly retryBackoff?: boolean | number;
  /** Longest such wait, seconds. @default 600 */
  readonly retryBackoffMax?: number;
  /** Whether such a wait is drawn from 0 to its value, so that retries do not come in waves. @default true */
  readonly retryJitter?: boolean;
  /** Whether the result is dropped: what follows gets null. @default false */
  readonly ignoreResult?: boolean;
  /**
   * The most starts of this task by all workers together: "10/s", "100/m", "1000/h", or a number a second (Celery's
   * syntax; there it holds for each worker by itself). @default none
   */
  readonly rateLimit?: string | number | null;
  /** When it runs by itself: what `every` or `cron` returns, or a list of these. @default never */
  readonly schedule?: Schedule | readonly Schedule[];
  /**
   * The name, or names, by which clients of Celery call it (docs/migrating.md); no other task has one of them. What
   * cdk.json says of a name goes first. @default the task's own
   */
  readonly celery?: string | readonly string[];
}

/** {@link TaskOptions} with every default filled in. */
export type ResolvedTaskOptions = Required<Omit<TaskOptions, "softTimeLimit" | "schedule" | "celery">> & {
  readonly softTimeLimit: number | null;
  readonly schedule: readonly Schedule[];
  readonly celery: readonly string[];
};

const ScheduleSchema = z.strictObject({
  expression: z.string(),
  timezone: z.string(),
  args: z.array(z.unknown()),
  kwargs: z.record(z.string(), z.unknown()),
});

/** Celery takes any text; without `*`, which stands for many names in cdk.json. */
const CeleryName = z.string().regex(/^[^\s*]{1,256}$/, "is no name of a Celery task, such as proj.tasks.add");

/**
 * Schema of {@link TaskOptions} with its defaults; unknown options are refused, so that a typo does not pass for a
 * default.
 */
const TaskOptionsSchema = z
  .strictObject({
    softTimeLimit: z.number().positive().nullable().default(null),
    timeLimit: z.number().positive().default(300),
    maxRetries: z.number().int().min(0).nullable().default(3),
    retryDelay: z.number().min(0).max(MAX_DELAY).default(180),
    autoretryFor: z
      .array(z.custom<ErrorClass>((value) => typeof value === "function", "expected an error class"))
      .default([]),
    dontAutoretryFor: z
      .array(z.custom<ErrorClass>((value) => typeof value === "function", "expected an error class"))
      .default([]),
    retryBackoff: z.union([z.boolean(), z.number().positive()]).default(false),
    retryBackoffMax: z.number().positive().max(MAX_DELAY).default(600),
    retryJitter: z.boolean().default(true),
    ignoreResult: z.boolean().default(false),
    rateLimit: z.union([z.string(), z.number()]).nullable().default(null),
    schedule: z
      .union(
        [ScheduleSchema.transform((one) => [one]), z.array(ScheduleSchema)],
        "expected what every() or cron() returns",
      )
      .default([]),
    celery: z.preprocess((names) => (typeof names === "string" ? [names] : names), z.array(CeleryName).default([])),
  })
  .refine((options) => options.timeLimit <= MAX_TIME_LIMIT, {
    path: ["timeLimit"],
    message: `is above ${MAX_TIME_LIMIT} s, the most that a Lambda leaves to a task; split the work into several tasks, or into chunks`,
  })
  .refine((options) => options.softTimeLimit === null || options.softTimeLimit <= options.timeLimit, {
    path: ["softTimeLimit"],
    message: "is above timeLimit, so it would never come; lower it, or raise timeLimit",
  });

/** What a task is declared with: its schemas, its options, and the function itself. */
export interface TaskDeclaration<Args extends ArgsSchema, Kwargs extends z.ZodObject, Result> extends TaskOptions {
  /** A zod tuple of the positional arguments. */
  readonly args: Args;
  /** A zod object of the keyword arguments. @default none are taken */
  readonly kwargs?: Kwargs;
  /**
   * The names of the positional parameters, in order, by which callers may give them as in Python. @default the titles
   * of the entries of `args` (`z.number().meta({ title: "x" })`), where each has one
   */
  readonly parameters?: readonly string[];
  /** The task. `self` is its context; a returned promise is awaited. */
  readonly run: (self: Self<z.output<Kwargs>>, ...args: z.output<Args>) => Result | Promise<Result>;
}

/** A schema whose values are argument lists: a tuple, a union of tuples, or an array for "any number of". */
export type ArgsSchema = z.ZodType<readonly unknown[], readonly unknown[]>;

/** The keyword arguments of a task that takes none. */
export const NO_KWARGS = z.strictObject({});
/** Type of {@link NO_KWARGS}. */
export type NoKwargs = typeof NO_KWARGS;

/** Where a task runs that a worker of Celery runs. */
export interface ForeignWorker {
  /** Celery's name of the task. */
  readonly task: string;
  /** The queue that the worker takes, by Celery's name. */
  readonly queue: string;
}

/** What every task has, whatever it is called with. */
export interface AnyTask {
  readonly [BRAND]: true;
  /** `module.task`. */
  readonly name: string;
  /** The task without arguments, as a step of a canvas. */
  readonly node: TaskNode;
  /** The file that the task is in, and its queue and Lambda. */
  readonly module: string;
  readonly args: ArgsSchema;
  readonly kwargs: z.ZodObject;
  /** The names of its positional parameters, in order; null where they have none. */
  readonly parameters: readonly string[] | null;
  readonly options: ResolvedTaskOptions;
  /** What runs it where that is a worker of Celery; null of a task whose code is here. */
  readonly foreign: ForeignWorker | null;
  /** Runs the task's function with arguments that were checked. */
  readonly run: (self: Self, args: readonly unknown[]) => unknown;
}

/** A task as code uses it: call it, or make a signature of it. */
export interface Task<Args extends readonly unknown[], Kwargs, Result, Name extends string = string>
  extends AnyTask, TaskRef<Args, Kwargs, Result, Name> {
  readonly name: Name;
  readonly node: TaskNode;
  /** One task that runs this one for each item, one after the other, and gives the list. Nothing is prepended. */
  map(items: readonly Lacking<Args, []>[]): Signature<Result[]>;
  /** The same, with each item as the list of arguments. */
  starmap(items: readonly Args[]): Signature<Result[]>;
  /** Submits the task. @throws InvalidArguments */
  delay(...args: Args): Promise<TaskHandle>;
  /** Submits the task with options (countdown, expires, limits ...). @throws InvalidArguments */
  applyAsync(call: { args: Args; kwargs?: Kwargs } & CallOptions): Promise<TaskHandle>;
}

const TASK_NAME = /^([a-z][a-z0-9_-]{0,39})\.([A-Za-z][A-Za-z0-9_]{0,59})$/;

/**
 * Declares a task. Export what it returns from `functions/tasks/<module>.ts`; nothing else is needed.
 * @param name `module.task`, the file's name and the task's own.
 * @throws DefinitionError for a bad name or option.
 */
export function defineTask<
  Args extends ArgsSchema,
  Result,
  Kwargs extends z.ZodObject = NoKwargs,
  const Name extends string = string,
>(name: Name, declaration: TaskDeclaration<Args, Kwargs, Result>): Task<z.input<Args>, z.input<Kwargs>, Result, Name> {
  const module = TASK_NAME.exec(name)?.[1];
  if (module === undefined) {
    throw new DefinitionError(`"${name}" is no task name: expected "module.task", such as "math.add".`);
  }
  refuseIncomplete(name, declaration);
  const { args, kwargs, parameters, run, ...options } = declaration;
  return createTask(name, {
    module,
    args,
    kwargs: kwargs ?? NO_KWARGS,
    parameters: parametersOf(name, args, kwargs ?? NO_KWARGS, parameters),
    options: resolveOptions(name, options),
    foreign: null,
    run: (self, values) => Reflect.apply(run, undefined, [self, ...values]),
  });
}

/** The task that is made of these parts. @throws DefinitionError where its schedules call it with wrong arguments */
export function createTask<Args extends readonly unknown[], Kwargs, Result, Name extends string>(
  name: Name,
  parts: Omit<AnyTask, typeof BRAND | "name" | "node">,
): Task<Args, Kwargs, Result, Name> {
  const task: Task<Args, Kwargs, Result, Name> = {
    [BRAND]: true,
    ...createReference(name),
    ...parts,
    map: (items) => createSignature({ ...callNode(name, { args: items, immutable: true }), each: "map" }),
    starmap: (items) => createSignature({ ...callNode(name, { args: items, immutable: true }), each: "starmap" }),
    delay: (...values) => submit(task, { args: values }),
    applyAsync: (call) => submit(task, call),
  };
  refuseWrongCalls(task);
  return task;
}

/** @throws DefinitionError for what the types refuse: not everybody asks the compiler before a start. */
function refuseIncomplete(name: string, declaration: unknown): void {
  const { args, kwargs, run } = Declared.parse(declaration ?? {});
  const because = (fault: string): never => {
    throw new DefinitionError(`Task "${name}": ${fault}`);
  };
  if (args === undefined) because("it has no args. Give a zod tuple, such as z.tuple([z.number()]), or z.tuple([]).");
  if (!isSchema(args)) because("its args are no zod schema: expected a tuple, such as z.tuple([z.number()]).");
  if (kwargs !== undefined && !isSchema(kwargs)) because("its kwargs are no zod schema: expected z.object({ ... }).");
  if (typeof run !== "function") because("it has no run: expected the function that is the task.");
  if (/Generator/.test(Object.prototype.toString.call(run)))
    because("its run is a generator function, whose body nobody would run: return a list, or start a task for each.");
}

const Declared = z.looseObject({
  args: z.unknown().optional(),
  kwargs: z.unknown().optional(),
  run: z.unknown().optional(),
});

function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && "safeParse" in value;
}

/**
 * The names of a task's positional parameters; null where they have none.
 * @throws DefinitionError for names that are none, or that mean two things
 */
export function parametersOf(
  task: string,
  args: ArgsSchema,
  kwargs: z.ZodObject,
  given: readonly string[] | undefined,
): readonly string[] | null {
  const names = given ?? titlesOf(args);
  const fault = names === null ? null : (nameFault(names) ?? names.find((name) => name in kwargs.shape));
  if (fault === null || fault === undefined) return names;
  throw new DefinitionError(
    `Task "${task}": "${fault}" cannot name a parameter: expected names of letters, digits and "_", each once, and none of them in kwargs.`,
  );
}

/** A schedule calls its task for as long as it is deployed: wrong arguments must not be found out at night. */
function refuseWrongCalls(task: AnyTask): void {
  for (const { expression, args, kwargs } of task.options.schedule) {
    const lost = writeJson({ args, kwargs }).faults;
    const found = lost.length > 0 ? lost : argumentFaults(task, args, kwargs);
    const faults = found.map(({ path, message }) => `${path} ${message}`);
    if (faults.length > 0) {
      throw new DefinitionError(
        `Task "${task.name}": its schedule ${expression} calls it with wrong arguments: ${faults.join("; ")}.`,
      );
    }
  }
}

/** Submits a task whose arguments are all there. @throws InvalidArguments where they do not fit its schemas. */
async function submit(task: AnyTask, call: AnyCall): Promise<TaskHandle> {
  const node = callNode(task.name, call);
  // As they were given: the worker parses them, and what a schema transforms must be transformed once.
  checkArguments(task, node.args, node.kwargs);
  return submitNode(node);
}

/** Options with their defaults. @throws DefinitionError for a wrong one */
export function resolveOptions(name: string, options: TaskOptions): ResolvedTaskOptions {
  const parsed = TaskOptionsSchema.safeParse(options);
  if (parsed.success) {
    refuseWrongRate(name, parsed.data.rateLimit);
    return parsed.data;
  }
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "options"} ${issue.message}`);
  throw new DefinitionError(`Task "${name}": ${faults.join("; ")}.`);
}

function refuseWrongRate(name: string, limit: string | number | null): void {
  try {
    if (limit !== null) intervalOf(limit);
  } catch (error) {
    throw new DefinitionError(`Task "${name}": ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether `value` is what {@link defineTask} returned, also from another copy of this module. */
export function isTask(value: unknown): value is AnyTask {
  return typeof value === "object" && value !== null && BRAND in value;
}
