/** Of the time of a queue's consumers, or of its messages in flight, what makes a group noisy: more than a tenth. */
const SHARE = 0.1;
/** Messages in flight below which a group is not noisy by their number. */
const FEWEST = 30;
/** Milliseconds after which the time that a group took counts half. SQS goes by "recent" time, and gives no number. */
const HALF_LIFE = 60_000;
/** Stands for the groups of all messages without one: no group id is empty. */
const NONE = "";

/** A message that waits. */
export interface Waiting {
  readonly messageGroupId?: string;
}

/** What a queue knows of how much of its consumers each group of messages takes. */
export interface Fairness {
  /** Has up to `wanted` messages of quiet groups come first, in their order, where others are noisy. */
  readonly arrange: (messages: Waiting[], wanted: number) => void;
  /** A message of a group, or of none, has been received. */
  readonly received: (receipt: string, group: string | undefined) => void;
  /** It is in flight no more. */
  readonly left: (receipt: string) => void;
  /** What was received and has not left. */
  readonly receipts: () => Iterable<string>;
}

/**
 * SQS's fair queues: a group that takes much of a queue's consumers waits for those that do not. A message without a group is a group
 * of its own, and quiet. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
 * @param now milliseconds, of any clock.
 */
export function createFairness(now: () => number): Fairness {
  /** What is being received, by its receipt. */
  const inFlight = new Map<string, { readonly group: string; readonly since: number }>();
  /** Milliseconds for which messages of each group were in flight. */
  const spent = new Map<string, number>();
  let halved = now();

  function age(): void {
    for (; now() - halved >= HALF_LIFE; halved += HALF_LIFE) {
      for (const [group, time] of spent) {
        if (time < 1) spent.delete(group);
        else spent.set(group, time / 2);
      }
    }
  }

  function noisyGroups(): ReadonlySet<string> {
    const times = new Map(spent);
    const counts = new Map<string, number>();
    for (const { group, since } of inFlight.values()) {
      times.set(group, (times.get(group) ?? 0) + now() - since);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    const total = [...times.values()].reduce((sum, time) => sum + time, 0);
    const isNoisy = (group: string): boolean => {
      const count = counts.get(group) ?? 0;
      return (times.get(group) ?? 0) > SHARE * total || (count >= FEWEST && count > SHARE * inFlight.size);
    };
    return new Set([...times.keys()].filter((group) => group !== NONE && isNoisy(group)));
  }

  function left(receipt: string): void {
    const message = inFlight.get(receipt);
    if (message === undefined) return;
    inFlight.delete(receipt);
    spent.set(message.group, (spent.get(message.group) ?? 0) + now() - message.since);
  }

  return {
    arrange: (messages, wanted) => {
      age();
      const noisy = noisyGroups();
      if (noisy.size === 0) return;
      let place = 0;
      for (let at = 0; at < messages.length && place < wanted; at += 1) {
        const message = messages[at];
        if (message === undefined || noisy.has(message.messageGroupId ?? NONE)) continue;
        if (at > place) messages.splice(place, 0, ...messages.splice(at, 1));
        place += 1;
      }
    },
    received: (receipt, group = NONE) => inFlight.set(receipt, { group, since: now() }),
    left,
    receipts: () => inFlight.keys(),
  };
}
