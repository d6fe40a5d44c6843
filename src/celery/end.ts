import { inParallel } from "../core/parallel.ts";
import type { TaskRecord } from "../core/record/record.ts";
import type { Parts } from "./backend.ts";
import { type Bridge, FINAL_RANK } from "./bridge.ts";
import { loadContinuation } from "./continuation.ts";
import { type StoredException, failedMeta, metaOf, storedException } from "./result.ts";
import { type Signature, shapeOf } from "./signature.ts";
import { type Continuation, lastTask, prepend } from "./translate.ts";

/** How something ended that nobody ran. */
interface BadEnd {
  readonly exception: StoredException;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * A task that a Celery client asked for has changed: its result is stored as Celery's backends store it, and what waits
 * for its end goes on. Repeating it does no harm.
 */
export async function taskChanged(bridge: Bridge, id: string): Promise<void> {
  const { services, backend } = bridge;
  const record = await services.tasks.get(id, services.now());
  if (record?.call.celery == null) return;
  const celeryId = record.call.celery.id ?? id;
  const json = record.result === null ? null : await services.payloads.load(record.result);
  const meta = metaOf(celeryId, record, json);
  if (meta === null) return;
  // What waits for it looks for its end there, be its result wanted or not.
  if (!record.call.ignore_result || record.status !== "SUCCESS" || record.call.celery.continues)
    await backend.store(meta, record.done === null ? record.attempt : FINAL_RANK);
  if (record.done === null || !record.call.celery.continues) return;
  const next = await loadContinuation(services, id);
  if (next !== null) await goOn(bridge, { record, celeryId, json, next });
}

/** A task that has ended, with what waits for that. */
interface Ended {
  readonly record: TaskRecord;
  readonly celeryId: string;
  readonly json: string | null;
  readonly next: Continuation;
}

async function goOn(bridge: Bridge, { record, celeryId, json, next }: Ended): Promise<void> {
  const at = record.done ?? record.call.created;
  const origin = { root: record.call.root, created: at };
  const hasSucceeded = record.status === "SUCCESS";
  const argument: unknown = hasSucceeded ? JSON.parse(json ?? "null") : celeryId;
  for (const link of hasSucceeded ? next.callbacks : next.errbacks)
    await bridge.run([prepend(link, [argument])], origin);
  const [first, ...rest] = next.chain;
  if (first !== undefined && hasSucceeded) await bridge.run([prepend(first, [argument]), ...rest], origin);
  if (!hasSucceeded && record.error !== null) {
    const exception = storedException(record.error.type, record.error.message);
    await endUnrun(bridge, next.chain, { exception, at });
  }
  if (next.chord !== null) await joinPart(bridge, next.chord, celeryId);
}

/**
 * Ends signatures that will never run with the error before them, as Celery's backends do: a client that waits for the
 * last is told, and so is a chord that waits for it.
 */
export async function endUnrun(bridge: Bridge, sequence: readonly Signature[], end: BadEnd): Promise<void> {
  for (const signature of sequence) {
    for (const { options } of tasksOf(signature)) {
      if (typeof options.task_id !== "string") continue;
      await bridge.backend.store(failedMeta(options.task_id, "FAILURE", end.exception, end.at), FINAL_RANK);
    }
  }
  const last = sequence.at(-1);
  const options = last === undefined ? undefined : lastTask(last)?.options;
  if (typeof options?.task_id !== "string" || !options.chord || typeof options.group_id !== "string") return;
  await joinPart(bridge, { group: options.group_id, body: options.chord }, options.task_id);
}

function tasksOf(signature: Signature): readonly Signature[] {
  const shape = shapeOf(signature);
  if (shape.kind === "chord") return [...shape.header, shape.body].flatMap(tasksOf);
  return "parts" in shape ? shape.parts.flatMap(tasksOf) : [signature];
}

/** Counts a part of a chord that has ended; with the last one the body is started, or fails. */
async function joinPart(
  bridge: Bridge,
  { group, body }: { readonly group: string; readonly body: Signature },
  part: string,
): Promise<void> {
  const { backend } = bridge;
  const progress = await backend.countPart(group, part);
  if (progress === null) return;
  const ids = idsOf(progress.parts);
  if (progress.ended < ids.length) return;
  const metas = await inParallel(ids, async (id) => ({ id, meta: await backend.meta(id) }));
  const failed = metas.find(({ meta }) => meta?.status === "FAILURE" || meta?.status === "REVOKED");
  const origin = { root: lastTask(body)?.options.task_id ?? group, created: progress.at };
  if (failed !== undefined) await failBody(bridge, body, failed, origin);
  else if (metas.some(({ meta }) => meta?.status !== "SUCCESS"))
    throw new Error("A part of the chord has no result yet.");
  else {
    const results = new Map(metas.map(({ id, meta }) => [id, meta?.result]));
    await bridge.run([prepend(body, [listOf(progress.parts, results)])], origin);
  }
  await backend.endChord(group);
}

function idsOf(parts: Parts): string[] {
  return parts.flatMap((part) => (typeof part === "string" ? [part] : idsOf(part)));
}

function listOf(parts: Parts, results: ReadonlyMap<string, unknown>): unknown[] {
  return parts.map((part) => (typeof part === "string" ? results.get(part) : listOf(part, results)));
}

async function failBody(
  bridge: Bridge,
  body: Signature,
  { id, meta }: { readonly id: string; readonly meta: { readonly result?: unknown } | null },
  origin: { readonly root: string; readonly created: number },
): Promise<void> {
  const last = lastTask(body);
  const exception = storedException("ChordError", `Dependency ${id} raised ${shown(meta?.result)}`);
  await endUnrun(bridge, [body], { exception, at: origin.created });
  const bodyId = last?.options.task_id;
  if (typeof bodyId !== "string") return;
  for (const link of last?.options.link_error ?? []) await bridge.run([prepend(link, [bodyId])], origin);
}

/** An exception as Python's repr() shows it. */
function shown(result: unknown): string {
  const { exc_type: type = "Exception", exc_message: args = [] } = Object(result);
  return `${String(type)}(${[args]
    .flat()
    .map((arg: unknown) => `'${String(arg)}'`)
    .join(", ")})`;
}
