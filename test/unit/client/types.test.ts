import { describe, expectTypeOf, it } from "vitest";
import type * as math from "../../../functions/tasks/math.ts";
import type * as records from "../../../functions/tasks/records.ts";
import { type Client, type Handle, chain, chord, createClient, group, task } from "../../../src/client/index.ts";

const client: Client<typeof math | typeof records> = createClient({
  url: "http://localhost",
  fetch: () => Promise.reject(new Error("nobody is asked")),
});

/** Only looked at: what is in it never runs. */
function typed(look: () => unknown): void {
  expectTypeOf(look).toBeFunction();
}

describe("a client that is typed by task modules", () => {
  it("knows names, arguments and results", () => {
    typed(async () => {
      expectTypeOf(await client.delay("math.mul", 2, 3)).toEqualTypeOf<Handle<number>>();
      expectTypeOf(await (await client.delay("math.tsum", [1, 2])).result()).toBeNumber();
      expectTypeOf(await (await client.delay("records.process_chunk", 0, 10)).result()).toEqualTypeOf<{
        start: number;
        end: number;
        processed: number;
        sum: number;
      }>();
      expectTypeOf(await client.apply("math.mul", { args: [2, 3], countdown: 1 })).toEqualTypeOf<Handle<number>>();
      // @ts-expect-error -- no task has this name
      await client.delay("math.multiply", 2, 3);
      // @ts-expect-error -- an argument is missing
      await client.delay("math.mul", 2);
      // @ts-expect-error -- it takes numbers
      await client.delay("math.mul", 2, "3");
      // @ts-expect-error -- it takes no keyword arguments
      await client.apply("math.mul", { args: [2, 3], kwargs: { round: true } });
      // @ts-expect-error -- there is no such option
      await client.apply("math.mul", { args: [2, 3], countDown: 1 });
    });
  });

  it("knows what references and canvases give", () => {
    typed(async () => {
      const mul = task<typeof math.mul>("math.mul");
      const tsum = client.task("math.tsum");
      expectTypeOf(await client.delay(mul, 2, 3)).toEqualTypeOf<Handle<number>>();
      expectTypeOf(await client.delay(chain(mul.s(2, 3), mul.s(4)))).toEqualTypeOf<Handle<number>>();
      expectTypeOf(await client.delay(group(mul.s(2, 3), mul.s(4, 5)))).toEqualTypeOf<Handle<[number, number]>>();
      expectTypeOf(await client.delay(chord([mul.s(2, 3)], tsum))).toEqualTypeOf<Handle<number>>();
      expectTypeOf(await client.batch([mul.s(1, 2), tsum.s([1])])).toEqualTypeOf<[Handle<number>, Handle<number>]>();
      // @ts-expect-error -- this is another task's name
      task<typeof math.mul>("math.add");
      // @ts-expect-error -- a number is no list of numbers
      chain(mul.s(2, 3), tsum);
      // @ts-expect-error -- it takes numbers
      await client.delay(mul, "2", 3);
    });
  });

  it("takes any name where it knows no modules", () => {
    typed(async () => {
      const any = createClient({ url: "http://localhost" });
      expectTypeOf(await any.delay("math.mul", 2, "x")).toEqualTypeOf<Handle>();
      expectTypeOf(any.handle<string>("id")).toEqualTypeOf<Handle<string>>();
    });
  });
});
