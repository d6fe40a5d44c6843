import type { Lease } from "../lambda/pool.ts";
import type { Delivery } from "../sqs/entry.ts";
import type { LocalQueue } from "../sqs/sqs.ts";
import type { InvokeResult } from "../types.ts";
import type { FaultRig } from "./rig.ts";

/** Milliseconds that a batch is taken to run before any has. */
const FIRST_GUESS = 200;

/** How much of the average a batch's time makes up. */
const WEIGHT = 0.2;

/** What an invocation comes to that Lambda had no environment for. */
const THROTTLED: InvokeResult = {
  payload: JSON.stringify({ errorType: "TooManyRequestsException", errorMessage: "Rate Exceeded." }),
  functionError: "Unhandled",
  throttled: true,
  timedOut: false,
};

/** The faults of one event source mapping. */
export interface BatchFaults {
  /** Invokes with a batch, unless the environment is killed meanwhile: then the result is a failure. */
  readonly invoke: (lease: Lease, payload: string) => Promise<InvokeResult>;
  /** True if what is to be deleted stays. */
  readonly losesDeletes: () => boolean;
  /** Returns what makes messages come back sooner, if the rig says so, unless their receiver has set when. */
  readonly received: (entries: readonly Delivery[]) => (failed: readonly Delivery[]) => void;
}

export function createBatchFaults(rig: FaultRig, queue: LocalQueue): BatchFaults {
  let usual = FIRST_GUESS;

  async function invoke(lease: Lease, payload: string): Promise<InvokeResult> {
    if (rig.strikes("refuse-batch")) return THROTTLED;
    const start = performance.now();
    if (!rig.strikes("kill")) {
      const result = await lease.invoke(payload);
      usual += WEIGHT * (performance.now() - start - usual);
      return result;
    }
    // At any moment of a run as long as usual; of a shorter one at its end, when all is done and nobody knows.
    const kill = (): void => lease.kill("killed by the fault rig");
    const timer = setTimeout(kill, rig.chance("kill") * usual);
    const result = await lease.invoke(payload);
    clearTimeout(timer);
    kill();
    const error = { errorType: "Runtime.ExitError", errorMessage: "Runtime exited with error: signal: killed" };
    return result.functionError === null
      ? { ...result, functionError: "Unhandled", payload: JSON.stringify(error) }
      : result;
  }

  return {
    invoke,
    losesDeletes: () => rig.strikes("drop-ack"),
    received: (entries) => {
      const { visibility } = rig.settings();
      if (visibility === undefined) return () => {};
      const deadlines = new Map(entries.map((entry) => [entry, entry.visibilityDeadline]));
      return (failed) => {
        const soon = Date.now() + visibility * 1000;
        for (const entry of failed) {
          if (deadlines.get(entry) === entry.visibilityDeadline && entry.visibilityDeadline > soon) {
            queue.hide(entry.receiptHandle, visibility);
          }
        }
      };
    },
  };
}
