import { describe, find, hasEnded } from "../../../src/ask/ask.ts";
import { WaitQuery } from "../../../src/core/http/requests.ts";
import { type Operation, param, parseQuery } from "../http/request.ts";

/** Milliseconds between two looks, at the least and at the most. */
const SHORTEST_PAUSE = 5;
const LONGEST_PAUSE = 2_000;

/**
 * Milliseconds until the next look: a third of what was waited so far, so that an answer is late by a third at the
 * most, whatever the task takes. A wait of 20 s reads some 30 times, 15 read units: $0.000004.
 */
export function pauseAfter(waited: number): number {
  return Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, waited / 3));
}

/** What the item of a task or group has once it has ended. */
const END_ATTRIBUTES = ["done", "end"];

/** `GET /result/{task_id}`: the record with its result, once the task has ended or the wait is over. */
export const getResult: Operation = async (request, services) => {
  const { wait = 0 } = parseQuery(request, WaitQuery);
  const id = param(request, "task_id");
  const started = performance.now();
  const waited = (): number => performance.now() - started;
  let found = await find(services, id, request.caller);
  while (!hasEnded(found) && waited() < wait * 1000) {
    const left = wait * 1000 - waited();
    await services.table.untilAny(id.toLowerCase(), END_ATTRIBUTES, pauseAfter(waited()), left);
    found = await find(services, id, request.caller);
  }
  return { status: 200, json: await describe(services, found) };
};
