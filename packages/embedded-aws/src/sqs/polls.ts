import type { Clock } from "../clock.ts";
import type { Delivery } from "./entry.ts";

/** Receives now; nothing where there is nothing. */
type Receive = (max: number, visibility: number | undefined) => readonly Delivery[];

interface Poll {
  readonly max: number;
  readonly visibility: number | undefined;
  readonly end: (deliveries: readonly Delivery[]) => void;
  readonly fail: (error: Error) => void;
}

/** The calls of ReceiveMessage that wait at a queue. */
export interface Polls {
  /** Receives as soon as there is something, and nothing after so many milliseconds. */
  readonly wait: (max: number, visibility: number | undefined, millis: number) => Promise<readonly Delivery[]>;
  /** Gives what there is to those that wait, the longest first. */
  readonly serve: () => void;
  /** Ends all of them: with nothing, or with an error. */
  readonly stop: (error?: Error) => void;
}

/** Nobody waits yet. */
export function createPolls(clock: Pick<Clock, "after">, receive: Receive): Polls {
  const waiting = new Set<Poll>();

  return {
    wait: async (max, visibility, millis) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly Delivery[]>();
      const poll = { max, visibility, end: resolve, fail: reject };
      waiting.add(poll);
      const cancel = clock.after(millis, () => resolve([]));
      return promise.finally(() => {
        cancel();
        waiting.delete(poll);
      });
    },
    serve: () => {
      for (const poll of waiting) {
        const deliveries = receive(poll.max, poll.visibility);
        if (deliveries.length === 0) return;
        // At once, for a promise ends later, and until then it would be served again.
        waiting.delete(poll);
        poll.end(deliveries);
      }
    },
    stop: (error) => {
      for (const poll of waiting) {
        if (error === undefined) poll.end([]);
        else poll.fail(error);
      }
      waiting.clear();
    },
  };
}
