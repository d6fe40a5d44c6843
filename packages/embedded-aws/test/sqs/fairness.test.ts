import { describe, expect, it } from "vitest";
import { type Fairness, type Waiting, createFairness } from "../../src/sqs/fairness.ts";

type Message = Waiting & { readonly body: string };

/** Messages by their names: `big1` is one of the group `big`; a name without a number has no group. */
const messages = (...names: readonly string[]): Message[] =>
  names.map((body) => {
    const group = /^(\D+)\d/.exec(body)?.[1];
    return group === undefined ? { body } : { body, messageGroupId: group };
  });

let time = 0;
const fairness = (): Fairness => createFairness(() => time);

/** Has messages of a group in flight, one after the other, each for so many milliseconds. */
function run(fair: Fairness, group: string | undefined, count: number, each: number): void {
  for (let n = 0; n < count; n += 1) {
    fair.received(`${group}${n}`, group);
    time += each;
    fair.left(`${group}${n}`);
  }
}

function arranged(fair: Fairness, wanted: number, ...names: readonly string[]): string[] {
  const waiting = messages(...names);
  fair.arrange(waiting, wanted);
  return waiting.map(({ body }) => body);
}

describe("a fair queue", () => {
  it("keeps its order while nobody takes more than others, and where all take much", () => {
    expect(arranged(fairness(), 1, "big1", "big2", "one")).toEqual(["big1", "big2", "one"]);
    const fair = fairness();
    run(fair, "a", 5, 10);
    run(fair, "b", 5, 10);
    expect(arranged(fair, 1, "a9", "b9", "a10")).toEqual(["a9", "b9", "a10"]);
  });

  it("has others go before a group that takes more than a tenth of the time", () => {
    const fair = fairness();
    run(fair, "big", 2, 100);
    run(fair, "small", 1, 10);
    expect(arranged(fair, 1, "big3", "big4", "small2", "one")).toEqual(["small2", "big3", "big4", "one"]);
    expect(arranged(fair, 3, "big3", "big4", "small2", "one")).toEqual(["small2", "one", "big3", "big4"]);
  });

  it("counts the time of what is in flight still", () => {
    const fair = fairness();
    run(fair, undefined, 1, 10);
    fair.received("slow", "big");
    time += 100;
    expect([...fair.receipts()]).toEqual(["slow"]);
    expect(arranged(fair, 1, "big1", "one")).toEqual(["one", "big1"]);
  });

  it("has others go before a group with 30 messages in flight, and not with 29", () => {
    const at = (count: number): string[] => {
      const fair = fairness();
      run(fair, undefined, 1, 1_000_000);
      for (let n = 0; n < count; n += 1) fair.received(`big${n}`, "big");
      return arranged(fair, 1, "big99", "one");
    };
    expect(at(29)).toEqual(["big99", "one"]);
    expect(at(30)).toEqual(["one", "big99"]);
  });

  it("takes messages without a group for quiet, however many there are", () => {
    const fair = fairness();
    run(fair, undefined, 100, 100);
    expect(arranged(fair, 1, "one", "two", "small1")).toEqual(["one", "two", "small1"]);
  });

  it("forgets what a group took long ago", () => {
    const fair = fairness();
    run(fair, "big", 1, 1_000);
    time += 20 * 60_000;
    expect(arranged(fair, 1, "big1", "one")).toEqual(["big1", "one"]);
  });
});
