import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { TaskOrGroup } from "./answers.ts";
import { CliError, EXIT } from "./errors.ts";
import type { Session } from "./session.ts";
import { duration } from "./view/format.ts";
import { hasEnded } from "./view/status.ts";
import { plain } from "./view/text.ts";

/**
 * Seconds that one request waits: API Gateway ends it after 29. Where somebody watches, the first is short and then
 * there is a look each second: as many reads.
 */
const LONG = 20;
const SHORT = 2;
const LOOK = 1_000;

/**
 * Waits for the end of a task or group.
 * @param timeout seconds; null: as long as it takes.
 * @throws CliError when they are over
 */
export async function untilEnded(session: Session, id: string, timeout: number | null): Promise<TaskOrGroup> {
  const { api, terminal, signal } = session;
  const started = performance.now();
  const waited = (): number => (performance.now() - started) / 1000;
  const left = (): number => (timeout === null ? Infinity : timeout - waited());
  const path = `/result/${encodeURIComponent(id)}`;
  const first = terminal.showsProgress ? SHORT : LONG;
  let record = await api.call("GET", path, TaskOrGroup, { query: { wait: Math.max(0, Math.min(first, left())) } });
  while (!hasEnded(record.status) && left() > 0) {
    terminal.showProgress(record, waited());
    if (terminal.showsProgress) await delay(Math.min(LOOK, left() * 1000), undefined, { signal });
    const wait = terminal.showsProgress ? 0 : Math.max(0, Math.min(LONG, left()));
    record = await api.call("GET", path, TaskOrGroup, { query: { wait } });
  }
  terminal.showProgress(null, 0);
  if (hasEnded(record.status)) return withResult(record, signal);
  throw new CliError(EXIT.unreachable, `${id} is still ${record.status} after ${duration(timeout)}.`, [
    `It goes on: "celeriac result ${id}" asks again.`,
  ]);
}

/** The record with a result that is only to be had by its URL. */
async function withResult(record: TaskOrGroup, signal: AbortSignal): Promise<TaskOrGroup> {
  if (record.result_url === undefined) return record;
  const response = await fetch(record.result_url, { signal });
  return { ...record, result: z.json().parse(await response.json()) };
}

/** Prints how a task or group has ended: its result on stdout, or its error on stderr. @returns what to exit with */
export function printEnd({ terminal }: Session, record: TaskOrGroup): number {
  const well = record.status === "SUCCESS";
  if (terminal.json) terminal.printJson(record);
  else if (well) terminal.printJson(record.result);
  if (!well) {
    const name = record.kind === "task" ? record.task : `group of ${record.total}`;
    const { type = "", message = "", task_id: from = record.task_id } = record.error ?? {};
    const source = from === record.task_id ? "" : ` (from ${from})`;
    terminal.note(`${terminal.paintNote("red", record.status)} ${name}: ${plain(`${type}: ${message}`)}${source}`);
  }
  return well ? EXIT.ok : EXIT.failed;
}
