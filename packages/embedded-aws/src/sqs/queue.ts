import { createFairness } from "./fairness.ts";
import type { InflightEntry, SqsQueue, SqsStore } from "./fauxqs.ts";

/** A queue as an event source mapping reads it: in process, woken when something can be received. */
export interface LocalQueue {
  readonly name: string;
  readonly arn: string;
  /** How many messages can be received now. */
  readonly ready: () => number;
  /** Seconds since the oldest message that has not been deleted was sent; 0 where there is none. */
  readonly age: () => number;
  /** Receives up to `max` messages; what has been received too often goes to the dead-letter queue instead. */
  readonly receive: (max: number) => readonly InflightEntry[];
  /** Deletes a received message. */
  readonly remove: (receiptHandle: string) => void;
  /** Hides a received message for so many seconds from now on. */
  readonly hide: (receiptHandle: string, seconds: number) => void;
  /** Calls back whenever messages may have become receivable. Returns what ends that. */
  readonly onReady: (listener: () => void) => () => void;
  /** Stops the clock of delays and visibility timeouts. */
  readonly stop: () => void;
}

/**
 * Wraps a fauxqs queue. fauxqs moves due messages only when somebody receives, or 50 times a second while somebody polls;
 * this sets one timer to the moment when the next message is due.
 */
export function watchQueue(queue: SqsQueue, store: SqsStore): LocalQueue {
  const listeners = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let timerDue = Number.POSITIVE_INFINITY;

  const notify = (): void => {
    if (queue.messages.length === 0) return;
    for (const listener of listeners) listener();
  };

  /** Sees to it that the queue is looked at when something is due, `due` in milliseconds since the epoch. */
  function wakeAt(due: number): void {
    if (due >= timerDue) return;
    clearTimeout(timer);
    timerDue = due;
    timer = setTimeout(onDue, Math.max(0, due - Date.now()));
    timer.unref();
  }

  function onDue(): void {
    timerDue = Number.POSITIVE_INFINITY;
    queue.processTimers();
    for (const { delayUntil } of queue.delayedMessages) if (delayUntil !== undefined) wakeAt(delayUntil);
    for (const { visibilityDeadline } of queue.inflightMessages.values()) wakeAt(visibilityDeadline);
    notify();
  }

  const enqueue = queue.enqueue.bind(queue);
  const dequeue = queue.dequeue.bind(queue);
  const changeVisibility = queue.changeVisibility.bind(queue);
  const deleteMessage = queue.deleteMessage.bind(queue);
  queue.enqueue = (message) => {
    enqueue(message);
    if (message.delayUntil !== undefined) wakeAt(message.delayUntil);
    notify();
  };
  const fairness = createFairness(Date.now);
  queue.dequeue = (max, visibility, deadLetterQueue) => {
    // What became visible again left no other trace.
    for (const receipt of fairness.receipts()) if (!queue.inflightMessages.has(receipt)) fairness.left(receipt);
    fairness.arrange(queue.messages, max);
    const received = dequeue(max, visibility, deadLetterQueue);
    for (const { ReceiptHandle } of received)
      fairness.received(ReceiptHandle, queue.inflightMessages.get(ReceiptHandle)?.message.messageGroupId);
    if (received.length > 0) wakeAt(Date.now() + (visibility ?? Number(queue.attributes["VisibilityTimeout"])) * 1000);
    return received;
  };
  queue.deleteMessage = (receiptHandle) => {
    fairness.left(receiptHandle);
    return deleteMessage(receiptHandle);
  };
  queue.changeVisibility = (receiptHandle, seconds) => {
    changeVisibility(receiptHandle, seconds);
    if (seconds > 0) wakeAt(Date.now() + seconds * 1000);
    notify();
  };
  // What a data directory brought back has deadlines of its own.
  onDue();

  const receive = (max: number): readonly InflightEntry[] => {
    const received: InflightEntry[] = [];
    while (received.length < max) {
      // A receive call takes ten messages at the most (SQS quota), and so does fauxqs.
      const wanted = Math.min(10, max - received.length);
      const batch = queue.dequeue(wanted, undefined, (arn) => store.getQueueByArn(arn));
      for (const { ReceiptHandle } of batch) {
        const entry = queue.inflightMessages.get(ReceiptHandle);
        if (entry) received.push(entry);
      }
      if (batch.length < wanted) break;
    }
    return received;
  };

  return {
    name: queue.name,
    arn: queue.arn,
    ready: () => queue.messages.length,
    age: () => {
      const waiting = [...queue.messages, ...[...queue.inflightMessages.values()].map(({ message }) => message)];
      const oldest = waiting.reduce((time, message) => Math.min(time, message.sentTimestamp), Date.now());
      return (Date.now() - oldest) / 1000;
    },
    receive,
    remove: (receiptHandle) => {
      queue.deleteMessage(receiptHandle);
    },
    hide: (receiptHandle, seconds) => queue.changeVisibility(receiptHandle, seconds),
    onReady: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => clearTimeout(timer),
  };
}
