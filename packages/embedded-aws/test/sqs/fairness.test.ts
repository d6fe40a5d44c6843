import { describe, expect, it } from "vitest";
import { type Entry, createEntry } from "../../src/sqs/entry.ts";
import { createStandardWaiting } from "../../src/sqs/standard-waiting.ts";
import type { Choose, Waiting } from "../../src/sqs/waiting.ts";

/** A message by its name: `big1` is one of the group `big`; a name without a number has no group. */
function named(body: string): Entry {
  return createEntry(body, {
    messageId: body,
    body,
    md5OfBody: "",
    messageAttributes: {},
    md5OfMessageAttributes: undefined,
    sentTimestamp: 0,
    messageGroupId: /^(\D+)\d/.exec(body)?.[1],
    messageDeduplicationId: undefined,
    sequenceNumber: undefined,
    traceHeader: undefined,
    deadLetterQueueSourceArn: undefined,
    approximateReceiveCount: 0,
    approximateFirstReceiveTimestamp: undefined,
  });
}

let time = 0;
const fair = (choose?: Choose): Waiting => createStandardWaiting(time, choose);

/** Has messages in flight, one after the other, each for its number of milliseconds. */
function run(waiting: Waiting, name: string, count: number, each: number): void {
  for (let n = 0; n < count; n += 1) {
    const since = time;
    waiting.received(named(name), since);
    time += each;
    waiting.left(named(name), since, time);
  }
}

/** The order in which all these messages are taken. */
function order(waiting: Waiting, ...names: readonly string[]): string[] {
  for (const name of names) waiting.add(named(name));
  return names.map(() => waiting.next(time)?.message.body ?? "nothing");
}

describe("a fair queue", () => {
  it("keeps its order while nobody takes more than others, and where all take much", () => {
    expect(order(fair(), "big1", "big2", "one")).toEqual(["big1", "big2", "one"]);
    const waiting = fair();
    run(waiting, "a1", 5, 10);
    run(waiting, "b1", 5, 10);
    expect(order(waiting, "a9", "b9", "a10")).toEqual(["a9", "b9", "a10"]);
  });

  it("has others go before a group that takes more than a tenth of the time", () => {
    const waiting = fair();
    run(waiting, "big1", 2, 100);
    run(waiting, "small1", 1, 10);
    expect(order(waiting, "big3", "big4", "small2", "one")).toEqual(["small2", "one", "big3", "big4"]);
  });

  it("counts the time of what is in flight still", () => {
    const waiting = fair();
    run(waiting, "none", 1, 10);
    waiting.received(named("big0"), time);
    time += 100;
    expect(order(waiting, "big1", "one")).toEqual(["one", "big1"]);
  });

  it("has others go before a group with 30 messages in flight, and not with 29", () => {
    const at = (count: number): string[] => {
      const waiting = fair();
      run(waiting, "none", 1, 1_000_000);
      for (let n = 0; n < count; n += 1) waiting.received(named(`big${n}`), time);
      return order(waiting, "big99", "one");
    };
    expect(at(29)).toEqual(["big99", "one"]);
    expect(at(30)).toEqual(["one", "big99"]);
  });

  it("takes messages without a group for quiet, however many there are", () => {
    const waiting = fair();
    run(waiting, "none", 100, 100);
    expect(order(waiting, "one", "two", "small1")).toEqual(["one", "two", "small1"]);
  });

  it("forgets what a group took long ago", () => {
    const waiting = fair();
    run(waiting, "big0", 1, 1000);
    time += 20 * 60_000;
    expect(order(waiting, "big1", "one")).toEqual(["big1", "one"]);
  });

  it("gives the one that is chosen, among many groups too, each once", () => {
    let last = 0;
    const waiting = fair((count) => (last = (last + 3) % count));
    const names = ["one", "a1", "a2", "b1", "two", "b2"];
    const taken = order(waiting, ...names);
    expect(taken).not.toEqual(names);
    expect(taken.toSorted()).toEqual(names.toSorted());
    expect(waiting.size()).toBe(0);
  });
});
