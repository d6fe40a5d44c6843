import type { Runtime } from "../aws/runtime.ts";
import { resultPlace, summaryOf } from "../core/answer.ts";
import { Problem } from "../core/problem.ts";
import type { TaskRecord } from "../core/record.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The record of the task `id`. @throws Problem 404 where there is none, or its time is over. */
export async function findTask(runtime: Runtime, id: string): Promise<TaskRecord> {
  const record = UUID.test(id) ? await runtime.tasks.get(id.toLowerCase(), runtime.now()) : null;
  if (record === null)
    throw new Problem(404, "unknown_task", "There is no task or group with this id, or its time is over.");
  return record;
}

/** A record with its result as JSON text. A result is passed on as it is stored: parsing a megabyte only to write it again takes time. */
export async function describeTask(
  runtime: Runtime,
  record: TaskRecord,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const summary = { ...summaryOf(record), ...extra };
  if (record.result === null) return JSON.stringify({ ...summary, result: null });
  if (resultPlace(record) === "url" && "key" in record.result) {
    return JSON.stringify({ ...summary, result: null, result_url: await runtime.payloads.urlOf(record.result.key) });
  }
  return `${JSON.stringify(summary).slice(0, -1)},"result":${await runtime.payloads.load(record.result)}}`;
}
