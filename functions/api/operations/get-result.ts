import { setTimeout as delay } from "node:timers/promises";
import { describe, find, hasEnded } from "../../../src/ask/ask.ts";
import { WaitQuery } from "../../../src/core/http/requests.ts";
import { type Operation, param, parseQuery } from "../http/request.ts";

/**
 * Milliseconds between the first two looks, and at the most; each takes half again as long as the last. A wait of 20 s
 * reads 17 times.
 */
const FIRST_INTERVAL = 40;
const LONGEST_INTERVAL = 2_000;

/** `GET /result/{task_id}`: the record with its result, once the task has ended or the wait is over. */
export const getResult: Operation = async (request, services) => {
  const { wait = 0 } = parseQuery(request, WaitQuery);
  const id = param(request, "task_id");
  const deadline = performance.now() + wait * 1000;
  let found = await find(services, id, request.caller);
  let interval = FIRST_INTERVAL;
  while (!hasEnded(found) && performance.now() < deadline) {
    await delay(Math.min(interval, deadline - performance.now()));
    found = await find(services, id, request.caller);
    interval = Math.min(LONGEST_INTERVAL, interval * 1.5);
  }
  return { status: 200, json: await describe(services, found) };
};
