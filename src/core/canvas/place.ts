import * as z from "zod";

/** Where a task or canvas stands in the canvas around it. */
export const PlaceSchema = z.object({
  /** The canvas around it; of a replacement, the task that it replaces. */
  canvas: z.string(),
  /** What it is there. */
  role: z.enum(["step", "member", "header", "body", "replacement"]),
  /** Its place among steps or members, from 0. */
  index: z.number().int(),
  /** Whether the canvas has ended well once this has. */
  last: z.boolean(),
  /** Of a member: the chunk that it is in. */
  chunk: z.number().int().default(0),
  /** Of a member: how many members its chunk has. They are started together, and the last to end answers for all. */
  together: z.number().int().default(1),
});

export type Place = z.output<typeof PlaceSchema>;

/** What a canvas starts: a task, or another canvas. */
export const PartSchema = z.object({
  /** The id of the task or the canvas. */
  id: z.string(),
  /** The name of the task, or null for a canvas. */
  task: z.string().nullable(),
  /** The id under which its result is asked for: the task's own, or by the rule of its kind. */
  result: z.string(),
});

export type Part = z.output<typeof PartSchema>;

/**
 * Members of a group that are started together: one each up to 10, so that small groups show in the console; else 250
 * or a 40th, the most that one Map runs at once.
 */
export function chunkSize(members: number): number {
  return members <= 10 ? 1 : Math.max(250, Math.ceil(members / 40));
}

/** The chunks of a group, each with its members. */
export function chunksOf<Item>(members: readonly Item[]): Item[][] {
  const size = chunkSize(members.length);
  return Array.from({ length: Math.ceil(members.length / size) }, (_, n) => members.slice(n * size, (n + 1) * size));
}

/** How many chunks a group with this number of members has. */
export function chunkCount(members: number): number {
  return Math.ceil(members / chunkSize(members));
}
