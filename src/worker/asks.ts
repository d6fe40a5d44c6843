import { derivedId } from "../aws/ids.ts";
import type { Services } from "../aws/services.ts";
import { ClaimLost } from "../core/errors.ts";
import { onEffect, turnOf } from "../core/record/once.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { isRunning } from "../core/record/states.ts";
import type { Ask, ClaimAnswer } from "./ipc.ts";
import { submitterFor } from "../submit/start.ts";

/** Answers what a running task asks its supervisor, which has the rights that the task process has not. */
export function answersFor(services: Services, record: TaskRecord): (ask: Ask) => Promise<unknown> {
  const submit = submitterFor(services, record);
  return (ask) => {
    switch (ask.kind) {
      case "submit":
        return submit(JSON.parse(ask.json));
      case "claim":
        return claimEffect(services, record, ask.key);
      case "record":
        return recordEffect(services, record, ask.key, ask.json);
    }
  };
}

/**
 * Claims the right to have an effect. The effect's claim comes before the look at the task: an attempt that has lost
 * its task by then stops here.
 */
async function claimEffect(services: Services, record: TaskRecord, key: string): Promise<ClaimAnswer> {
  const { id } = record;
  const fence = record.fence ?? "";
  const turn = turnOf(record);
  if (await services.effects.claim(id, key, { fence, turn, now: services.now() })) {
    const latest = await services.tasks.get(id, services.now());
    if (latest?.fence !== fence || !isRunning(latest.status)) throw new ClaimLost(key);
    return { effect: effectKey(id, key) };
  }
  const decision = onEffect(await services.effects.get(id, key), turn);
  switch (decision.action) {
    case "give":
      return { json: await services.payloads.load(decision.result) };
    case "run":
      // The table deleted it between the two calls.
      return claimEffect(services, record, key);
    case "leave":
      throw new ClaimLost(key);
  }
}

/**
 * Stores what an effect gave. An attempt that has lost its task meanwhile may do so as long as no other has claimed the
 * effect: it has happened, and this keeps it from happening again.
 */
async function recordEffect(services: Services, record: TaskRecord, key: string, json: string): Promise<null> {
  const { id } = record;
  const fence = record.fence ?? "";
  const result = await services.payloads.store(`results/${id}/${effectKey(id, key)}-${fence}.json`, json);
  if (!(await services.effects.record(id, key, fence, result, services.now()))) throw new ClaimLost(key);
  return null;
}

/** What the service that has the effect is to tell it by. */
function effectKey(task: string, key: string): string {
  return derivedId(task, "once", key);
}
