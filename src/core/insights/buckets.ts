/**
 * Partitions of the indexes that list tasks by time. One partition takes 1,000 writes a second, and an index that is
 * throttled fails the table's writes, so each day is spread over shards. A listing merges them.
 */
export const SHARDS = 8;

/** The partition of the task `id` that was created at `created` (milliseconds since 1970). */
export function bucketOf(id: string, created: number): string {
  let hash = 0;
  for (let index = 0; index < id.length; index += 1) hash = (hash * 31 + id.charCodeAt(index)) % 65_536;
  return `${dayOf(created)}#${hash % SHARDS}`;
}

/** The place of a task among all: by time, then by id. Begins with its day. */
export function seqOf(id: string, created: number): string {
  return `${new Date(created).toISOString()}#${id}`;
}

/** The partitions of a day. */
export function bucketsOfDay(day: string): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => `${day}#${shard}`);
}

/** The day (`2026-11-22`, UTC) of a time. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
