/** What a model's message is. */
interface ModelMessage {
  readonly body: string;
  readonly group: string;
  /** In the order of sending. */
  readonly number: number;
  readonly sent: number;
  /** In the order of becoming visible; null while it is not. */
  rank: number | null;
  due: number;
  receipts: number;
  inFlight: boolean;
  since: number;
}

/** A receipt of the model: the message, and which of its receipts. */
export interface ModelReceipt {
  readonly message: ModelMessage;
  readonly count: number;
}

/** How a model's queue is set. Times are in milliseconds. */
export interface ModelSettings {
  readonly fifo: boolean;
  readonly visibility: number;
  readonly retention: number;
  readonly maxReceives: number;
}

/** A queue as its documentation reads, which looks at every message each time. */
export class ModelQueue {
  messages: ModelMessage[] = [];
  readonly dead: string[] = [];
  private readonly settings: ModelSettings;
  private rank = 0;
  private number = 0;

  constructor(settings: ModelSettings) {
    this.settings = settings;
  }

  settle(now: number): void {
    this.messages = this.messages.filter(({ sent }) => sent + this.settings.retention > now);
    const due = this.messages.filter((message) => message.rank === null && message.due <= now);
    for (const message of due.toSorted((a, b) => a.due - b.due || a.number - b.number)) {
      message.inFlight = false;
      message.rank = this.rank += 1;
    }
  }

  send(body: string, group: string, delay: number, now: number): void {
    const number = (this.number += 1);
    const message = { body, group, number, sent: now, rank: null, due: now + delay };
    this.messages.push({ ...message, receipts: 0, inFlight: false, since: 0 });
    this.settle(now);
  }

  receive(max: number, visibility: number | undefined, now: number): readonly ModelReceipt[] {
    const receipts: ModelReceipt[] = [];
    for (const message of this.order()) {
      if (receipts.length === max) break;
      if (message.receipts >= this.settings.maxReceives) {
        this.dead.push(message.body);
        this.drop(message);
        continue;
      }
      Object.assign(message, { rank: null, inFlight: true, since: now });
      message.due = now + (visibility ?? this.settings.visibility);
      message.receipts += 1;
      receipts.push({ message, count: message.receipts });
    }
    return receipts;
  }

  /** What deleting by a receipt comes to: an error's code, or nothing. */
  remove({ message, count }: ModelReceipt): string | null {
    if (!this.messages.includes(message)) return null;
    const isLatest = message.receipts === count;
    if (this.settings.fifo && (!isLatest || !message.inFlight)) return "InvalidParameterValue";
    if (isLatest) this.drop(message);
    return null;
  }

  hide({ message, count }: ModelReceipt, millis: number, now: number): string | null {
    if (!this.messages.includes(message) || message.receipts !== count) return "InvalidParameterValue";
    if (!message.inFlight) return "MessageNotInflight";
    message.due = now + millis;
    this.settle(now);
    return null;
  }

  /** Visible, delayed and in flight. */
  counts(): readonly number[] {
    const visible = this.messages.filter(({ rank }) => rank !== null).length;
    const inFlight = this.messages.filter((message) => message.inFlight).length;
    return [visible, this.messages.length - visible - inFlight, inFlight];
  }

  private drop(message: ModelMessage): void {
    this.messages = this.messages.filter((other) => other !== message);
  }

  /** What can be received, in the order in which it is. */
  private order(): readonly ModelMessage[] {
    const visible = this.messages.filter(({ rank }) => rank !== null);
    if (!this.settings.fifo) return visible.toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0));
    const locked = new Set(this.messages.filter(({ inFlight }) => inFlight).map(({ group }) => group));
    const free = visible.filter(({ group }) => !locked.has(group)).toSorted((a, b) => a.number - b.number);
    return [...Map.groupBy(free, ({ group }) => group).values()].flat();
  }
}
