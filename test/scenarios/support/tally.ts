import * as z from "zod";
import type { Aws } from "./aws.ts";

const Events = z.array(z.string().transform((text) => text.split(" ")[2] ?? ""));

const TaskItem = z.object({
  id: z.string(),
  kind: z.literal("task"),
  status: z.string(),
  attempt: z.number(),
  retries: z.number().default(0),
  lost: z.number().default(0),
  call: z
    .string()
    .transform((text) =>
      z.looseObject({ task: z.string(), parent: z.string().nullable(), root: z.string() }).parse(JSON.parse(text)),
    ),
  result: z.string().optional(),
  error: z
    .string()
    .transform((text) => z.object({ type: z.string(), message: z.string() }).parse(JSON.parse(text)))
    .optional(),
  dead: z.string().optional(),
  children: z
    .set(z.string())
    .default(new Set())
    .transform((ids) => [...ids]),
  /** The states that it went through. */
  events: Events.default([]),
});

/** A task as the table has it. */
export type TaskItem = z.output<typeof TaskItem>;

const RootItem = z.object({
  id: z.string().startsWith("root#"),
  epoch: z.number(),
  done: z.boolean().default(false),
  open: z.string().optional(),
});
const GroupItem = z.object({
  id: z.string(),
  kind: z.literal("group"),
  canvas: z.string(),
  end: z.string().optional(),
});
const GroupEnd = z.object({ completed: z.number(), failed: z.number() });

/** What a run has left in the table. */
export interface Tally {
  readonly tasks: ReadonlyMap<string, TaskItem>;
  /** The keys of all items. */
  readonly ids: ReadonlySet<string>;
  /** What is not as it must be once all is quiet, in words. */
  readonly faults: readonly string[];
}

const ENDS = new Set(["SUCCESS", "FAILURE", "REVOKED"]);

/** Reads the whole table, and notes what has not ended, or has ended more than once. */
export async function takeTally(aws: Aws): Promise<Tally> {
  const tasks = new Map<string, TaskItem>();
  const ids = new Set<string>();
  const faults: string[] = [];
  for await (const item of aws.scan()) {
    const id = String(item["id"]);
    ids.add(id);
    const task = TaskItem.safeParse(item);
    const root = RootItem.safeParse(item);
    const group = GroupItem.safeParse(item);
    if (task.success) {
      tasks.set(id, task.data);
      faults.push(...faultsOf(task.data));
    } else if (item["kind"] === "task") faults.push(`${id} cannot be read: ${task.error.message}`);
    if (root.success && (!root.data.done || root.data.open !== undefined)) faults.push(`${id} is open`);
    if (root.success && root.data.epoch > 0) faults.push(`${id} was started anew`);
    if (group.success) faults.push(...faultsOfGroup(group.data));
  }
  return { tasks, ids, faults };
}

function faultsOf({ id, call, status, events, dead, attempt }: TaskItem): string[] {
  const ends = events.filter((event) => ENDS.has(event));
  const retries = events.filter((event) => event === "RETRY").length;
  const name = `${call.task} ${id}`;
  return [
    ENDS.has(status) ? [] : [`${name} is ${status} after ${events.join(", ")}`],
    ends.length === 1 && ends[0] === status
      ? []
      : [`${name} ended as ${ends.join(", ") || "nothing"} and is ${status}`],
    retries === attempt ? [] : [`${name} was put off ${retries} times, and had ${attempt + 1} attempts`],
    dead === undefined ? [] : [`${name} is among the dead`],
  ].flat();
}

function faultsOfGroup({ id, canvas, end }: z.output<typeof GroupItem>): string[] {
  const { total } = z.object({ total: z.number() }).parse(JSON.parse(canvas));
  if (end === undefined) return [`the group ${id} is open`];
  const { completed, failed } = GroupEnd.parse(JSON.parse(end));
  return completed + failed === total ? [] : [`the group ${id} of ${total} counts ${completed} and ${failed}`];
}

/**
 * Starts of an attempt beyond its first: each has an environment that was lost to show for it, or is a task that ran
 * twice.
 */
export function extraStarts(tasks: Iterable<TaskItem>): number {
  let extra = 0;
  for (const { events } of tasks) {
    const attempts = 1 + events.filter((event) => event === "RETRY").length;
    extra += Math.max(0, events.filter((event) => event === "STARTED").length - attempts);
  }
  return extra;
}

/** What a task's result is, where its item has it; undefined where it has none. */
export function resultOf({ result }: TaskItem): unknown {
  if (result === undefined) return undefined;
  const payload = z.union([z.object({ json: z.string() }), z.object({ key: z.string() })]).parse(JSON.parse(result));
  return "json" in payload ? JSON.parse(payload.json) : payload;
}
