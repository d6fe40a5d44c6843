import * as z from "zod";
import type { Services } from "../aws/services.ts";
import { LAST_MESSAGE } from "../core/limits.ts";
import { PayloadSchema } from "../core/record/message.ts";
import { Signature } from "./signature.ts";
import type { Continuation } from "./translate.ts";

const ContinuationSchema: z.ZodType<Continuation> = z.object({
  chain: z.array(Signature),
  chord: z.object({ group: z.string(), body: Signature }).nullable(),
  callbacks: z.array(Signature),
  errbacks: z.array(Signature),
});

const StoredContinuation = z.object({ next: PayloadSchema });

const keyOf = (id: string): string => `celery#${id}`;

/** Keeps what is to happen after the end of the task `id`. It is written before the task is. */
export async function keepContinuation(services: Services, id: string, continuation: Continuation): Promise<void> {
  const next = await services.payloads.store(`payloads/${id}/celery.json`, JSON.stringify(continuation));
  const ttl = Math.ceil(services.now() / 1000) + LAST_MESSAGE + services.env.retention;
  await services.table.putIfAbsent({ id: keyOf(id), next, ttl });
}

/** What is to happen after the end of the task `id`; null where that is not known any more. */
export async function loadContinuation(services: Services, id: string): Promise<Continuation | null> {
  const item = await services.table.get(keyOf(id));
  if (item === null) return null;
  return ContinuationSchema.parse(JSON.parse(await services.payloads.load(StoredContinuation.parse(item).next)));
}
