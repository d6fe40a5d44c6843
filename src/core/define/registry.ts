import * as z from "zod";
import type { Node } from "../canvas/node.ts";
import { parseNode } from "../canvas/parse-node.ts";
import { CodeTaskNodeSchema } from "../canvas/task-schema.ts";
import { noteMessages } from "./messages.ts";
import { fewestOf } from "./parameters.ts";
import type { Schedule } from "./schedule.ts";
import type { AnyTask } from "./task.ts";

const JsonSchema = z.record(z.string(), z.unknown());

/** One schedule of a task, under the name that Scheduler has it by. */
export const RegisteredScheduleSchema = z.object({
  name: z.string(),
  /** Scheduler's: `rate(...)` or `cron(...)`. */
  expression: z.string(),
  timezone: z.string(),
  args: z.array(z.unknown()),
  kwargs: z.record(z.string(), z.unknown()),
});

export type RegisteredSchedule = z.infer<typeof RegisteredScheduleSchema>;

/** A task as it is known where its code is not: to the API and to its supervisor. Durations in seconds. */
export const RegisteredTaskSchema = z.object({
  name: z.string(),
  module: z.string(),
  queue: z.string(),
  time_limit: z.number(),
  soft_time_limit: z.number().nullable(),
  max_retries: z.number().nullable(),
  retry_delay: z.number(),
  retry_backoff: z.union([z.boolean(), z.number()]),
  retry_backoff_max: z.number(),
  retry_jitter: z.boolean(),
  ignore_result: z.boolean(),
  /** The names of the errors on which it is retried without asking. */
  autoretry_for: z.array(z.string()).default([]),
  /** The most starts by all workers together, in Celery's syntax: `100/m`; null for no limit. */
  rate_limit: z.string().nullable().default(null),
  schedules: z.array(RegisteredScheduleSchema).default([]),
  /** The names of its positional parameters, in order; null where they have none. */
  parameters: z.array(z.string()).nullable().default(null),
  args: JsonSchema,
  kwargs: JsonSchema,
});

const NodeSchema = z.unknown().transform((value, context): Node => {
  const { node, faults } = parseNode(value, [], CodeTaskNodeSchema);
  if (node !== null) return node;
  context.addIssue({ code: "custom", message: faults.map((fault) => `${fault.path} ${fault.message}`).join("; ") });
  return z.NEVER;
});

/** A named workflow as the API and the canvas function know it, to plan its runs. */
export const RegisteredWorkflowSchema = z.object({ name: z.string(), node: NodeSchema });

export type RegisteredWorkflow = z.infer<typeof RegisteredWorkflowSchema>;

/** The file `registry.json` that lies beside every bundle: written at synth, read at start. */
export const RegistrySchema = z.object({
  version: z.literal(1),
  tasks: z.array(RegisteredTaskSchema),
  workflows: z.array(RegisteredWorkflowSchema).default([]),
  /** Milliseconds between two starts of the tasks that have a rate limit; not for clients. */
  intervals: z.record(z.string(), z.number()).default({}),
  /** Whether the bridge for Celery is deployed. */
  bridge: z.boolean().default(false),
  /** Celery's names of tasks -> theirs here; not for clients. */
  aliases: z.record(z.string(), z.string()).default({}),
  /** Tasks that workers of Celery run; not for clients. */
  foreign: z.record(z.string(), z.object({ task: z.string(), queue: z.string() })).default({}),
});

export type RegisteredTask = z.infer<typeof RegisteredTaskSchema>;
export type RegistryFile = z.infer<typeof RegistrySchema>;

/**
 * The entry of `task` in the registry.
 * @param nameOf the name of one of its schedules; without it they are left out.
 * @throws Error where zod cannot write a schema of it as JSON Schema.
 */
export function registerTask(task: AnyTask, nameOf?: (schedule: Schedule) => string): RegisteredTask {
  const { options } = task;
  return {
    name: task.name,
    module: task.module,
    queue: task.module,
    time_limit: options.timeLimit,
    soft_time_limit: options.softTimeLimit,
    max_retries: options.maxRetries,
    retry_delay: options.retryDelay,
    retry_backoff: options.retryBackoff,
    retry_backoff_max: options.retryBackoffMax,
    retry_jitter: options.retryJitter,
    ignore_result: options.ignoreResult,
    autoretry_for: options.autoretryFor.map(({ name }) => name),
    rate_limit: typeof options.rateLimit === "number" ? `${options.rateLimit}/s` : options.rateLimit,
    schedules: (nameOf === undefined ? [] : options.schedule).map((schedule) => ({
      name: nameOf?.(schedule) ?? "",
      expression: schedule.expression,
      timezone: schedule.timezone,
      args: [...schedule.args],
      kwargs: { ...schedule.kwargs },
    })),
    parameters: task.parameters === null ? null : [...task.parameters],
    args: titled(toJsonSchema(task.args), task.parameters ?? []),
    kwargs: toJsonSchema(task.kwargs),
  };
}

/** The schema of an argument list with the parameters' names as titles, for forms and readers. */
function titled(schema: Record<string, unknown>, parameters: readonly string[]): Record<string, unknown> {
  const { prefixItems, anyOf } = schema;
  const name = (entry: unknown, index: number): unknown => ({ title: parameters[index], ...JsonSchema.parse(entry) });
  if (parameters.length === 0) return schema;
  if (Array.isArray(anyOf)) return { ...schema, anyOf: anyOf.map((one) => titled(JsonSchema.parse(one), parameters)) };
  return Array.isArray(prefixItems) ? { ...schema, prefixItems: prefixItems.map(name) } : schema;
}

function toJsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      noteMessages(zodSchema, jsonSchema);
    },
  });
  return JsonSchema.parse(rest);
}

/** A registered task with the schemas that its JSON Schemas say, ready to check arguments with. */
export interface KnownTask extends RegisteredTask {
  /** How many arguments it must have. */
  readonly fewest: number;
  readonly schemas: { readonly args: z.ZodType; readonly kwargs: z.ZodType };
}

/**
 * A registered task with what its arguments are checked by.
 * @param schemas what its JSON Schemas say, or what these were made of.
 */
export function knownTask(task: RegisteredTask, schemas: KnownTask["schemas"]): KnownTask {
  return { ...task, fewest: fewestOf(task.args), schemas };
}
