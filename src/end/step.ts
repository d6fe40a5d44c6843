import { rootId, toGroup, toRoot } from "../aws/canvas-table.ts";
import type { Services } from "../aws/services.ts";
import type { Item } from "../aws/table.ts";
import { toRecord } from "../aws/task-table.ts";
import { chordError } from "../core/record/canvas.ts";
import type { BadEnd } from "../core/record/end.ts";
import { type TaskError, Revoked, describeError } from "../core/errors.ts";
import type { Call, Payload, RunMessage } from "../core/record/message.ts";
import { type TaskRecord, replacementOf } from "../core/record/record.ts";
import { isFinal } from "../core/record/states.ts";

/** What a message for a step of a canvas comes to. */
export type Step =
  /** It may run: with its times resolved, and the result that is prepended to its arguments. */
  | {
      readonly kind: "ready";
      readonly call: Call;
      readonly input: Payload | null;
      readonly prepended: boolean;
      readonly isNew: boolean;
    }
  /** It has ended before. */
  | { readonly kind: "ended"; readonly record: TaskRecord }
  /** It has replaced itself. */
  | { readonly kind: "replaced"; readonly record: TaskRecord }
  /** It will never run. */
  | {
      readonly kind: "doomed";
      readonly call: Call;
      readonly status: "FAILURE" | "REVOKED";
      readonly error: Omit<TaskError, "task_id"> & { readonly task_id?: string };
    }
  /** What comes before it has not ended. */
  | { readonly kind: "early"; readonly call: Call }
  /** Nothing is known of it. */
  | { readonly kind: "gone" };

/**
 * Looks up what a step needs besides its message: its record, what came before it, and whether its submission was
 * revoked.
 */
export async function prepareStep(services: Services, message: RunMessage): Promise<Step> {
  const items = await itemsOf(services, message);
  const record = toRecord(await items(message.id), services.now());
  if (record !== null && isFinal(record.status)) return { kind: "ended", record };
  if (record !== null && replacementOf(record) !== null) return { kind: "replaced", record };
  const call = record?.call ?? message.call;
  if (call === undefined) return { kind: "gone" };
  if (call.submission !== null) {
    const root = toRoot(await items(rootId(call.submission)));
    if (root?.revoked === true) return { kind: "doomed", call, status: "REVOKED", error: describeError(new Revoked()) };
    // Forgotten, or its time is over, and with it whether it was revoked: a member that has no record yet is not to
    // begin.
    if (root === null && record === null) return { kind: "gone" };
  }
  const isNew = record === null;
  if (call.input === null) return { kind: "ready", call, input: null, prepended: false, isNew };
  const before = endBefore(await items(call.input), services.now());
  if (before === null) return { kind: "early", call };
  if (before.error !== null) return { kind: "doomed", call, ...before.error };
  return { kind: "ready", call: since(call, before.done), input: before.result, prepended: !call.immutable, isNew };
}

/**
 * The items that a step needs, read in one call as far as its message tells them; what the record tells only is read
 * when it is asked for.
 */
async function itemsOf(
  services: Services,
  { id, call, step }: RunMessage,
): Promise<(id: string) => Promise<Item | null>> {
  const submission = call?.submission ?? step?.submission;
  const input = call?.input ?? step?.input;
  const ids = [id, ...(submission ? [rootId(submission)] : []), ...(input ? [input] : [])];
  if (ids.length === 1) return (wanted) => services.table.get(wanted);
  const items = await services.table.getMany(ids, { consistent: true });
  return async (wanted) => (ids.includes(wanted) ? (items.get(wanted) ?? null) : services.table.get(wanted));
}

/** The end of what comes before a step. */
export interface Before {
  readonly result: Payload | null;
  readonly error: BadEnd | null;
  readonly done: number;
}

/** How the task or group before a step has ended; null where it has not. */
export async function resultBefore(services: Services, id: string): Promise<Before | null> {
  return endBefore(await services.table.get(id), services.now());
}

function endBefore(item: Item | null, now: number): Before | null {
  const group = toGroup(item);
  if (group !== null) {
    const { end } = group;
    if (end === null) return null;
    const error =
      end.error === null ? null : ({ status: "FAILURE", error: chordError(end.first ?? end.error) } as const);
    return { result: end.result, error, done: end.done };
  }
  const record = toRecord(item, now);
  if (record === null || record.done === null) return null;
  const status = record.status === "REVOKED" ? "REVOKED" : "FAILURE";
  return {
    result: record.result,
    error: record.error === null ? null : { status, error: record.error },
    done: record.done,
  };
}

/** A call whose seconds count from the end of what came before. */
function since(call: Call, done: number): Call {
  const eta = call.countdown === null ? call.eta : done + call.countdown * 1000;
  const expires = call.expires_in === null ? call.expires : done + call.expires_in * 1000;
  return { ...call, eta, expires };
}
