import { derivedId } from "../aws/ids.ts";
import type { Runtime } from "../aws/runtime.ts";
import { ClaimLost } from "../core/errors.ts";
import { onEffect, turnOf } from "../core/record/once.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { isRunning } from "../core/record/states.ts";
import type { Ask, ClaimAnswer } from "./ipc.ts";
import { submitterFor } from "../submit/start.ts";

/** Answers what a running task asks its supervisor, which has the rights that the task process has not. */
export function answersFor(runtime: Runtime, record: TaskRecord): (ask: Ask) => Promise<unknown> {
  const submit = submitterFor(runtime, record);
  return (ask) => {
    switch (ask.kind) {
      case "submit":
        return submit(ask.node);
      case "claim":
        return claimEffect(runtime, record, ask.key);
      case "record":
        return recordEffect(runtime, record, ask.key, ask.json);
    }
  };
}

/** Claims the right to have an effect. The effect's claim comes before the look at the task: an attempt that has lost its task by then stops here. */
async function claimEffect(runtime: Runtime, record: TaskRecord, key: string): Promise<ClaimAnswer> {
  const { id } = record;
  const fence = record.fence ?? "";
  const turn = turnOf(record);
  if (await runtime.effects.claim(id, key, { fence, turn, now: runtime.now() })) {
    const latest = await runtime.tasks.get(id, runtime.now());
    if (latest?.fence !== fence || !isRunning(latest.status)) throw new ClaimLost(key);
    return { effect: effectKey(id, key) };
  }
  const verdict = onEffect(await runtime.effects.get(id, key), turn);
  switch (verdict.action) {
    case "give":
      return { json: await runtime.payloads.load(verdict.result) };
    case "run":
      // The table deleted it between the two calls.
      return claimEffect(runtime, record, key);
    case "leave":
      throw new ClaimLost(key);
  }
}

/**
 * Stores what an effect gave. An attempt that has lost its task meanwhile may do so as long as no other has claimed the effect: it has happened, and this
 * keeps it from happening again.
 */
async function recordEffect(runtime: Runtime, record: TaskRecord, key: string, json: string): Promise<null> {
  const { id } = record;
  const fence = record.fence ?? "";
  const result = await runtime.payloads.store(`results/${id}/${effectKey(id, key)}-${fence}.json`, json);
  if (!(await runtime.effects.record(id, key, fence, result, runtime.now()))) throw new ClaimLost(key);
  return null;
}

/** What the service that has the effect is to tell it by. */
function effectKey(task: string, key: string): string {
  return derivedId(task, "once", key);
}
