import { ArgumentsSchema } from "../core/record/message.ts";
import * as z from "zod";
import { DocumentStore } from "../aws/document-store.ts";
import type { Services } from "../aws/services.ts";
import { outputKey } from "../core/record/document.ts";
import { inParallel } from "../core/parallel.ts";
import { Problem } from "../core/http/problem.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { isFinal } from "../core/record/states.ts";

/**
 * Forgets a task that has ended: its arguments, result, output, document and the results of its effects are deleted,
 * and its record is emptied. What is left of it is its id, so that a message that comes twice does not run it again.
 * @throws Problem 409 while it has not ended, or its canvas may still read its result.
 */
export async function forget(services: Services, record: TaskRecord): Promise<void> {
  const { id, call } = record;
  if (!isFinal(record.status)) {
    throw new Problem(409, "not_ended", `The task is ${record.status}. Revoke it first, or wait until it has ended.`);
  }
  if (call.submission !== null && (await services.canvases.root(call.submission))?.done === false) {
    throw new Problem(409, "needed", "The canvas of the task has not ended, and may still need its result.");
  }
  const store = new DocumentStore(services.env.bucket, () => call.owner);
  const effects = await services.effects.keys(id);
  const keys = [
    ...(await documentsOf(services, store, record)),
    ...keyOf(call.payload),
    ...keyOf(record.result),
    ...keyOf(record.replacement?.node ?? null),
    ...(await inParallel(effects, async (key) => keyOf((await services.effects.get(id, key))?.result ?? null))).flat(),
    outputKey(id),
  ];
  // The record last: while it is there, a deletion that failed half-way can be repeated.
  await inParallel(keys, (key) => store.remove(key));
  await inParallel(effects, (key) => services.effects.remove(id, key));
  await services.children.remove(record);
  await services.tasks.forget(id, services.now());
}

function keyOf(payload: TaskRecord["result"]): string[] {
  return payload !== null && "key" in payload ? [payload.key] : [];
}

const Document = z.looseObject({ key: z.string().regex(/^(documents|uploads)\//) });
/** What the task was to read: the document of a task of the module `documents`, where it is its owner's. */
async function documentsOf(services: Services, store: DocumentStore, { call }: TaskRecord): Promise<string[]> {
  if (!call.task.startsWith("documents.")) return [];
  const [args] = ArgumentsSchema.parse(JSON.parse(await services.payloads.load(call.payload)));
  const keys = args.flat().flatMap((arg) => Document.safeParse(arg).data?.key ?? []);
  const sizes = await inParallel(keys, (key) => store.size(key));
  return keys.filter((_, index) => sizes[index] !== null);
}
