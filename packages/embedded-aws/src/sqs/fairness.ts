/** Of the time of a queue's consumers, or of its messages in flight, what makes a group noisy: more than a tenth. */
const SHARE = 0.1;
/** Messages in flight below which a group is not noisy by their number. */
const FEWEST = 30;
/** Milliseconds after which the time that a group took counts half. SQS goes by "recent" time, and gives no number. */
const HALF_LIFE = 60_000;

/** How much of the consumers a group takes, or all together take. */
interface Usage {
  /** Milliseconds for which messages that have left were in flight. */
  spent: number;
  inFlight: number;
  /** The sum of the moments since when those in flight are. */
  since: number;
}

/**
 * What makes SQS's fair queues fair: a group that takes much of a queue's consumers waits for those that do not. A
 * message without a group is a group of its own, and quiet.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html Costs a few additions
 * a message, and an entry for each group that took time of late.
 */
export class Fairness {
  private readonly total: Usage = { spent: 0, inFlight: 0, since: 0 };
  private readonly groups = new Map<string, Usage>();
  private halved: number;

  /** @param now milliseconds, of any clock. */
  constructor(now: number) {
    this.halved = now;
  }

  /** A message of a group, or of none, has been received. */
  received(group: string | undefined, now: number): void {
    start(this.total, now);
    if (group === undefined) return;
    let usage = this.groups.get(group);
    if (usage === undefined) this.groups.set(group, (usage = { spent: 0, inFlight: 0, since: 0 }));
    start(usage, now);
  }

  /** A message that has been received at `since` is in flight no more. */
  left(group: string | undefined, since: number, now: number): void {
    end(this.total, since, now);
    const usage = group === undefined ? undefined : this.groups.get(group);
    if (usage !== undefined) end(usage, since, now);
  }

  /** Whether others go before this group now. */
  isNoisy(group: string, now: number): boolean {
    const usage = this.groups.get(group);
    if (usage === undefined) return false;
    return (
      timeOf(usage, now) > SHARE * timeOf(this.total, now) ||
      (usage.inFlight >= FEWEST && usage.inFlight > SHARE * this.total.inFlight)
    );
  }

  /** Lets what was long ago count less. */
  age(now: number): void {
    if (now - this.halved < HALF_LIFE) return;
    const factor = 0.5 ** Math.floor((now - this.halved) / HALF_LIFE);
    this.halved = now - ((now - this.halved) % HALF_LIFE);
    this.total.spent *= factor;
    for (const [group, usage] of this.groups) {
      usage.spent *= factor;
      if (usage.spent < 1 && usage.inFlight === 0) this.groups.delete(group);
    }
  }
}

function start(usage: Usage, now: number): void {
  usage.inFlight += 1;
  usage.since += now;
}

function end(usage: Usage, since: number, now: number): void {
  usage.inFlight -= 1;
  usage.since -= since;
  usage.spent += now - since;
}

function timeOf(usage: Usage, now: number): number {
  return usage.spent + usage.inFlight * now - usage.since;
}
