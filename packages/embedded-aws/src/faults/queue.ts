import type { QueueFaults } from "../sqs/queue.ts";
import type { FaultRig } from "./rig.ts";

/** Milliseconds by which the second delivery of a message comes later than the first could, at the most. */
const MAX_DUPLICATE_DELAY = 5000;

/** Milliseconds for which a message is held back, at the most. */
const MAX_DELAY = 2000;

/** Lets messages of standard queues come twice, late, and out of order. */
export function createQueueFaults(rig: FaultRig): QueueFaults {
  return {
    sent: () => ({
      late: rig.strikes("delay") ? rig.chance("delay") * MAX_DELAY : 0,
      again: rig.strikes("duplicate") ? rig.chance("duplicate") * MAX_DUPLICATE_DELAY : null,
    }),
    choose: (waiting) => (rig.strikes("reorder") ? Math.floor(rig.chance("reorder") * waiting) : 0),
  };
}
