import type { Services } from "../aws/services.ts";
import { DEAD_QUEUE } from "../aws/engine.ts";
import { faultsOf } from "../core/faults.ts";
import { RunMessageSchema } from "../core/record/message.ts";
import { logLine } from "../log.ts";

/** A message that nobody here wrote. */
export interface Stray {
  /** The name that SQS gave it. */
  readonly messageId: string;
  readonly body: string;
  /** The module whose queue it was in. */
  readonly module: string;
}

/**
 * Keeps a message that cannot be read among the dead letters of its queue, with the reason: it may be a task's of
 * another version, or of another sender who waits for it. A redrive sends it to its queue again.
 */
export async function keepLetter(services: Services, stray: Stray, reason: string): Promise<void> {
  const { messageId, body, module } = stray;
  const now = services.now();
  const payload = await services.payloads.store(`payloads/${messageId}/letter.json`, JSON.stringify(body));
  await services.letters.keep({ messageId, module, payload, reason, now });
  // By what is received from the dead letters the stage knows that something is wrong, and tells its owner.
  await services.queues.send({ module: DEAD_QUEUE, message: { op: "letter", id: messageId }, delay: 0 });
  logLine(
    "ERROR",
    "a message that no task wrote is among the dead letters",
    {},
    { message_id: messageId, module, reason },
  );
}

/** JSON, or undefined for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Why a body is no message of a task. */
export function whyUnreadable(body: unknown): string {
  if (body === undefined) return "it is no JSON";
  const read = RunMessageSchema.safeParse(body);
  if (read.success) return "it is no message of this queue";
  const [fault] = faultsOf(read.error);
  return fault === undefined
    ? "it is no message of a task"
    : `it is no message of a task: ${fault.path || "/"} ${fault.message}`;
}
