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

/** The value of the longest pattern that fits a name; what its `*` stands for, the `*` of the value stands for. */
export function lookUp(patterns: Readonly<Record<string, string>>, name: string): string | null {
  const exact = Object.hasOwn(patterns, name) ? patterns[name] : undefined;
  if (exact !== undefined) return exact;
  const fitting = Object.entries(patterns).filter(
    ([pattern]) => pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1)),
  );
  const [best] = fitting.toSorted(([one], [other]) => other.length - one.length);
  return best === undefined ? null : best[1].replace("*", name.slice(best[0].length - 1));
}

/**
 * The name that kombu gives a queue: a dot becomes a hyphen, other punctuation an underscore; `.fifo` stays
 * (kombu/transport/SQS.py, CHARS_REPLACE_TABLE).
 */
export function kombuQueueName(name: string): string {
  const [stem, fifo] = name.endsWith(".fifo") ? [name.slice(0, -5), ".fifo"] : [name, ""];
  return stem.replaceAll(".", "-").replaceAll(/[^\w-]/g, "_") + fifo;
}
