import type { SqsQueue } from "../sqs/fauxqs.ts";
import type { FaultRig } from "./rig.ts";

/** Milliseconds by which the second delivery of a message comes later than the first could, at the most. */
const MAX_DUPLICATE_DELAY = 5000;

/** Milliseconds for which a message is held back, at the most. */
const MAX_DELAY = 2000;

/** Lets messages of a queue come twice, late, and out of order. */
export function injectQueueFaults(queue: SqsQueue, rig: FaultRig): void {
  const enqueue = queue.enqueue.bind(queue);
  const dequeue = queue.dequeue.bind(queue);

  queue.enqueue = (message) => {
    const due = Math.max(message.delayUntil ?? 0, Date.now());
    if (rig.strikes("delay")) message.delayUntil = due + rig.chance("delay") * MAX_DELAY;
    enqueue(message);
    // The same message: a standard queue's second delivery has the id of the first.
    if (rig.strikes("duplicate")) {
      enqueue({ ...message, delayUntil: due + rig.chance("duplicate") * MAX_DUPLICATE_DELAY });
    }
  };

  queue.dequeue = (max, visibility, deadLetterQueue) => {
    shuffle(queue, max, rig);
    return dequeue(max, visibility, deadLetterQueue);
  };
}

/** Puts any of the messages that are ready where the next ones are taken from. */
function shuffle({ messages }: SqsQueue, count: number, rig: FaultRig): void {
  for (let index = 0; index < Math.min(count, messages.length - 1); index += 1) {
    if (!rig.strikes("reorder")) continue;
    const other = index + Math.floor(rig.chance("reorder") * (messages.length - index));
    const [here, there] = [messages[index], messages[other]];
    if (here && there) [messages[index], messages[other]] = [there, here];
  }
}
