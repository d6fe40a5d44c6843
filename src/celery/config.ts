import * as z from "zod";

/** What the bridge is told of its stage, in one variable of its function. */
export const BridgeConfigSchema = z.object({
  /** The result table. */
  table: z.string().min(1),
  /** A queue's URL is this and the name that kombu gives it. */
  queueUrlPrefix: z.string().min(1),
  /** Celery's name of a task, or a prefix with `*` at its end -> the name here. */
  tasks: z.record(z.string(), z.string()),
  /** Tasks that Python workers run, by name or by a prefix with `*` at its end -> their queue. */
  routes: z.record(z.string(), z.string()),
  trackStarted: z.boolean(),
  /** Seconds for which a result is kept. */
  expires: z.number().positive(),
});

export type BridgeConfig = z.infer<typeof BridgeConfigSchema>;

/** What a pattern gives a name. */
interface Match {
  readonly value: string;
  /** How closely the pattern fits: its characters, or Infinity where it is the name itself. */
  readonly weight: number;
}

/** What the longest pattern gives that fits a name; its `*` stands for the same in the value. */
export function lookUp(patterns: Readonly<Record<string, string>>, name: string): Match | null {
  const exact = Object.hasOwn(patterns, name) ? patterns[name] : undefined;
  if (exact !== undefined) return { value: exact, weight: Infinity };
  const fitting = Object.entries(patterns).filter(
    ([pattern]) => pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1)),
  );
  const [best] = fitting.toSorted(([one], [other]) => other.length - one.length);
  return best === undefined
    ? null
    : { value: best[1].replace("*", name.slice(best[0].length - 1)), weight: best[0].length };
}

/** What a stage has: its tasks by their names here, and the names that they say Celery calls them by. */
export interface OwnTasks {
  readonly has: (name: string) => boolean;
  readonly aliasOf: (name: string) => string | null;
}

/**
 * The name here of a task that Celery calls `task`; null of one that does not run here. Configuration goes before code,
 * and a route before a name that fits no better: so a task moves when its route is taken out, and back when it is in.
 */
export function ownName(
  { tasks, routes }: Pick<BridgeConfig, "tasks" | "routes">,
  own: OwnTasks,
  task: string,
): string | null {
  const mapped = lookUp(tasks, task);
  const said = own.aliasOf(task) ?? (own.has(task) ? task : null);
  const named = said === null || mapped?.weight === Infinity ? mapped : { value: said, weight: Infinity };
  if (named === null || !own.has(named.value)) return null;
  return (lookUp(routes, task)?.weight ?? 0) >= named.weight ? null : named.value;
}

/**
 * The name that kombu gives a queue: a dot becomes a hyphen, other punctuation an underscore; `.fifo` stays
 * (kombu/transport/SQS.py, CHARS_REPLACE_TABLE).
 */
export function kombuQueueName(name: string): string {
  const [stem, fifo] = name.endsWith(".fifo") ? [name.slice(0, -5), ".fifo"] : [name, ""];
  return stem.replaceAll(".", "-").replaceAll(/[^\w-]/g, "_") + fifo;
}
