import type { Cancel, Clock } from "../clock.ts";
import { type Delivery, type Entry, type Message, createEntry } from "./entry.ts";
import { createFifoWaiting } from "./fifo-waiting.ts";
import { Heap } from "./heap.ts";
import { type Polls, createPolls } from "./polls.ts";
import { isLatest, keyOf, receiptOf, receiptPrefix } from "./receipt.ts";
import type { Settings } from "./settings.ts";
import { createStandardWaiting } from "./standard-waiting.ts";
import type { Choose, Waiting } from "./waiting.ts";

/**
 * Messages in flight at a time, of a standard queue and of a FIFO queue (20,000 there until November 2024).
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const MAX_IN_FLIGHT = 120_000;

/** What lets messages of standard queues come late, twice, and out of order. */
export interface QueueFaults {
  /**
   * For a message that is sent: by how many milliseconds it is late, and after how many it comes again; null for once.
   */
  readonly sent: () => { readonly late: number; readonly again: number | null };
  readonly choose: Choose;
}

/** Is told what is to outlive the process. */
export interface Keeper {
  readonly sent: (entry: Entry) => void;
  readonly received: (entry: Entry) => void;
  readonly removed: (entry: Entry) => void;
}

/** What a queue shares with the others. */
export interface QueueContext {
  readonly clock: Pick<Clock, "now" | "after">;
  readonly keeper: (queueName: string) => Keeper;
  readonly faults: QueueFaults | undefined;
  /** A key for a new message: greater than all before it. */
  readonly newKey: () => string;
  /** The queue of this ARN. */
  readonly find: (arn: string) => Queue | undefined;
  /** A dead letter as its queue takes it. */
  readonly asDeadLetter: (message: Message, source: Queue, target: Queue) => Message;
}

/** What has become of a receipt. */
export type Receipt =
  /** The handle is not of this queue. */
  | "invalid"
  /** The message is in this queue no more. */
  | "gone"
  /** The message was received again since. */
  | "stale"
  /** The message is visible again. */
  | "visible"
  | "in flight";

/** The messages of one queue. Every operation costs at most the logarithm of their number. */
export class Queue {
  readonly name: string;
  readonly arn: string;
  settings: Settings;
  readonly polls: Polls;
  private readonly context: QueueContext;
  private readonly keeper: Keeper;
  private readonly prefix: string;
  private readonly entries = new Map<string, Entry>();
  private readonly waiting: Waiting;
  /** What is delayed or in flight, by when it becomes visible. */
  private readonly due = new Heap<Entry>({
    before: (a, b) => a.due < b.due || (a.due === b.due && a.key < b.key),
    place: (entry) => entry.duePlace,
    setPlace: (entry, place) => (entry.duePlace = place),
  });
  /** All messages, by when they were sent. */
  private readonly sent = new Heap<Entry>({
    before: (a, b) => a.message.sentTimestamp < b.message.sentTimestamp,
    place: (entry) => entry.sentPlace,
    setPlace: (entry, place) => (entry.sentPlace = place),
  });
  private inFlight = 0;
  private readonly listeners = new Set<() => void>();
  private cancelTimer: Cancel = () => {};
  private timerDue = Number.POSITIVE_INFINITY;
  private stopped = false;

  constructor(name: string, arn: string, settings: Settings, context: QueueContext) {
    this.name = name;
    this.arn = arn;
    this.settings = settings;
    this.context = context;
    this.keeper = context.keeper(name);
    this.prefix = receiptPrefix(arn);
    this.waiting = settings.fifo
      ? createFifoWaiting()
      : createStandardWaiting(context.clock.now(), context.faults?.choose);
    this.polls = createPolls(context.clock, (max, visibility) => this.receive(max, visibility));
  }

  /** Messages that are visible, delayed, and in flight. */
  counts(): { readonly visible: number; readonly delayed: number; readonly inFlight: number } {
    this.settle(this.context.clock.now());
    return { visible: this.waiting.size(), delayed: this.due.size - this.inFlight, inFlight: this.inFlight };
  }

  /** How many messages can be received now. */
  ready(): number {
    return Math.min(this.waiting.ready(), MAX_IN_FLIGHT - this.inFlight);
  }

  /** True while no more messages can be received until some have left. */
  isFull(): boolean {
    return this.inFlight >= MAX_IN_FLIGHT;
  }

  /** Milliseconds since the oldest message that has not been deleted was sent; 0 where there is none. */
  age(): number {
    const oldest = this.sent.first();
    return oldest === undefined ? 0 : Math.max(0, this.context.clock.now() - oldest.message.sentTimestamp);
  }

  /** Takes a message, visible after so many milliseconds. `wake` is called after the last of several. */
  send(message: Message, delay = 0): void {
    const faults = this.settings.fifo ? undefined : this.context.faults?.sent();
    const now = this.context.clock.now();
    const visibleAt = delay > 0 ? now + delay : 0;
    this.take(message, faults !== undefined && faults.late > 0 ? Math.max(visibleAt, now) + faults.late : visibleAt);
    if (faults === undefined || faults.again === null) return;
    // The same message: a standard queue's second delivery has the id of the first.
    this.take({ ...message }, Math.max(visibleAt, now) + faults.again);
  }

  /** Puts back what an earlier run left: in flight no more, since whatever held it has ended with that run. */
  restore(entry: Entry): void {
    this.insert(entry, entry.receipts > 0 ? 0 : entry.due);
  }

  private take(message: Message, visibleAt: number): void {
    const entry = createEntry(this.context.newKey(), message);
    entry.due = visibleAt;
    this.insert(entry, visibleAt);
    this.keeper.sent(entry);
  }

  private insert(entry: Entry, visibleAt: number): void {
    this.entries.set(entry.key, entry);
    this.sent.add(entry);
    if (visibleAt > this.context.clock.now()) this.wait(entry, visibleAt);
    else this.waiting.add(entry);
    if (this.sent.first() === entry) this.wakeAt(entry.message.sentTimestamp + this.settings.retention);
  }

  /**
   * Receives up to `max` messages. What has been received too often goes to the dead letters instead.
   * @param visibility milliseconds; the queue's own by default
   */
  receive(max: number, visibility = this.settings.visibilityTimeout): readonly Delivery[] {
    const now = this.context.clock.now();
    this.settle(now);
    const { redrive } = this.settings;
    const deadLetters = redrive === null ? undefined : this.context.find(redrive.deadLetterTargetArn);
    const limit = redrive === null || deadLetters === undefined ? Number.POSITIVE_INFINITY : redrive.maxReceiveCount;
    const deliveries: Delivery[] = [];
    let buried = 0;
    while (deliveries.length < max && !this.isFull()) {
      const entry = this.waiting.next(now);
      if (entry === undefined) break;
      if (entry.receipts < limit || deadLetters === undefined) deliveries.push(this.deliver(entry, now, visibility));
      else {
        this.forget(entry);
        deadLetters.send(this.context.asDeadLetter(entry.message, this, deadLetters));
        buried += 1;
      }
    }
    this.waiting.end();
    if (buried > 0) deadLetters?.wake();
    return deliveries;
  }

  private deliver(entry: Entry, now: number, visibility: number): Delivery {
    const { message } = entry;
    entry.receipts += 1;
    message.approximateReceiveCount += 1;
    message.approximateFirstReceiveTimestamp ??= now;
    const receiptHandle = receiptOf(this.prefix, entry);
    const delivery = { message, receiptHandle, since: now, visibilityDeadline: now + visibility };
    entry.delivery = delivery;
    this.inFlight += 1;
    this.waiting.received(entry, now);
    this.wait(entry, delivery.visibilityDeadline);
    this.keeper.received(entry);
    return delivery;
  }

  /** Takes up to `max` visible messages out for good, whatever their receives: what a move of dead letters does. */
  drain(max: number): readonly Message[] {
    const now = this.context.clock.now();
    this.settle(now);
    const messages: Message[] = [];
    while (messages.length < max) {
      const entry = this.waiting.next(now);
      if (entry === undefined) break;
      this.forget(entry);
      messages.push(entry.message);
    }
    this.waiting.end();
    return messages;
  }

  /** What has become of a receipt, and the message that it is of. */
  receipt(handle: string): { readonly state: Receipt; readonly entry?: Entry } {
    this.settle(this.context.clock.now());
    const key = keyOf(this.prefix, handle);
    if (key === null) return { state: "invalid" };
    const entry = this.entries.get(key);
    if (entry === undefined) return { state: "gone" };
    if (!isLatest(this.prefix, handle, entry)) return { state: "stale", entry };
    return { state: entry.delivery === null ? "visible" : "in flight", entry };
  }

  /** Deletes a message, wherever it stands. */
  remove(entry: Entry): void {
    const wasInFlight = entry.delivery !== null;
    this.forget(entry);
    // The group of a FIFO queue is free now, and where the queue was full there is room.
    if (wasInFlight && (this.settings.fifo || this.inFlight === MAX_IN_FLIGHT - 1)) this.wake();
  }

  /** Hides a message in flight until so many milliseconds from now. */
  hide(entry: Entry, millis: number): void {
    if (entry.delivery === null) return;
    const now = this.context.clock.now();
    entry.delivery.visibilityDeadline = now + millis;
    this.due.remove(entry);
    this.wait(entry, now + millis);
    if (this.settle(now)) this.wake();
  }

  /** Deletes all messages. */
  purge(): void {
    for (const entry of this.entries.values()) this.forget(entry);
  }

  /** Goes by other attributes from now on. */
  change(settings: Settings): void {
    this.settings = settings;
    const oldest = this.sent.first();
    if (oldest !== undefined) this.wakeAt(oldest.message.sentTimestamp + settings.retention);
  }

  /** Calls back whenever messages may have become receivable. Returns what ends that. */
  onReady(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells whatever waits that there may be something to receive. */
  wake(): void {
    if (this.ready() <= 0 || this.stopped) return;
    this.polls.serve();
    for (const listener of this.listeners) {
      if (this.ready() <= 0) return;
      listener();
    }
  }

  /** Ends its timer and what waits for messages. */
  stop(error?: Error): void {
    this.stopped = true;
    this.cancelTimer();
    this.polls.stop(error);
    this.listeners.clear();
  }

  private wait(entry: Entry, until: number): void {
    entry.due = until;
    this.due.add(entry);
    this.wakeAt(until);
  }

  /** Takes a message out, wherever it stands. */
  private forget(entry: Entry): void {
    if (entry.delivery !== null) this.ended(entry, entry.delivery, this.context.clock.now());
    this.waiting.remove(entry);
    this.due.remove(entry);
    this.sent.remove(entry);
    this.entries.delete(entry.key);
    this.keeper.removed(entry);
  }

  private ended(entry: Entry, delivery: Delivery, now: number): void {
    entry.delivery = null;
    this.inFlight -= 1;
    this.waiting.left(entry, delivery.since, now);
  }

  /** Makes visible what is due, and deletes what is too old. @returns whether anything became visible. */
  private settle(now: number): boolean {
    let visible = false;
    for (let entry = this.due.first(); entry !== undefined && entry.due <= now; entry = this.due.first()) {
      this.due.remove(entry);
      if (entry.delivery !== null) this.ended(entry, entry.delivery, now);
      this.waiting.add(entry);
      visible = true;
    }
    const deadline = now - this.settings.retention;
    for (let entry = this.sent.first(); entry !== undefined && entry.message.sentTimestamp <= deadline;) {
      this.forget(entry);
      entry = this.sent.first();
    }
    return visible;
  }

  /** One timer, for what is due first. It is left as it is when that leaves: then it finds nothing, and is set anew. */
  private wakeAt(due: number): void {
    if (due >= this.timerDue || this.stopped) return;
    this.cancelTimer();
    this.timerDue = due;
    const wait = Math.max(0, Math.min(due - this.context.clock.now(), LONGEST_WAIT));
    this.cancelTimer = this.context.clock.after(wait, () => this.onTimer());
  }

  private onTimer(): void {
    this.timerDue = Number.POSITIVE_INFINITY;
    this.settle(this.context.clock.now());
    const [due, oldest] = [this.due.first(), this.sent.first()];
    if (due !== undefined) this.wakeAt(due.due);
    if (oldest !== undefined) this.wakeAt(oldest.message.sentTimestamp + this.settings.retention);
    this.wake();
  }
}

/** The longest wait for the clock, in milliseconds: a machine that slept knows nothing of it. */
const LONGEST_WAIT = 60_000;
