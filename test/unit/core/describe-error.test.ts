import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeError } from "../../../src/core/describe-error.ts";
import { DescribedErrorSchema } from "../../../src/core/record/end.ts";

class PaymentRefused extends Error {}

const odd = (properties: object): Error =>
  Object.defineProperties(new Error("x"), Object.getOwnPropertyDescriptors(properties));

describe("the description of what was thrown", () => {
  it("has the causes of an error, five deep at the most", () => {
    const deep = Array.from({ length: 9 }).reduce<Error>(
      (cause, _, n) => new Error(`e${n}`, { cause }),
      new TypeError("first"),
    );
    const depth = (error: { cause?: unknown }, n = 0): number => {
      const cause = DescribedErrorSchema.optional().parse(error.cause);
      return cause === undefined ? n : depth(cause, n + 1);
    };
    expect(depth(describeError(deep))).toBe(5);
    expect(describeError(new PaymentRefused("no", { cause: new TypeError("why") }))).toEqual({
      type: "PaymentRefused",
      message: "no",
      cause: { type: "TypeError", message: "why" },
    });
  });

  it("has the members of an AggregateError, ten at the most, and twenty errors in all", () => {
    const members = Array.from({ length: 30 }, (_, n) => new RangeError(String(n)));
    const described = describeError(new AggregateError(members, "all"));
    expect(described).toMatchObject({ type: "AggregateError", message: "all" });
    expect(described.errors).toHaveLength(10);
  });

  it.each([
    ["a message that is a list", odd({ message: [1, 2] }), "[1,2]"],
    ["a message that is a number", odd({ message: 7 }), "7"],
    ["a message that is null", odd({ message: null }), ""],
    ["no message", odd({ message: undefined }), ""],
    [
      "a message that cannot be had",
      odd({
        get message() {
          throw new Error("no");
        },
      }),
      "",
    ],
    ["an object", { code: 7 }, '{"code":7}'],
    ["a text", "plain", "plain"],
    ["a BigInt", 5n, "5"],
  ])("is sayable for %s", (_what, thrown, message) => {
    expect(describeError(thrown)).toEqual({ type: "Error", message });
  });

  it.each([
    ["a name that is a number", odd({ name: 5 }), "Error"],
    ["no constructor", odd({ constructor: undefined }), "Error"],
    ["a long name", odd({ name: "x".repeat(1_000) }), `${"x".repeat(255)}…`],
  ])("has a type for %s", (_what, thrown, type) => {
    expect(describeError(thrown).type).toBe(type);
  });

  it("marks a long message as cut, and is had of anything, a revoked proxy too", () => {
    expect(describeError(new Error("x".repeat(3_000))).message).toBe(`${"x".repeat(1_999)}…`);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(DescribedErrorSchema.parse(describeError(proxy))).toMatchObject({ type: "Error" });
    fc.assert(
      fc.property(fc.anything(), (thrown) => {
        expect(DescribedErrorSchema.safeParse(describeError(thrown)).success).toBe(true);
        expect(DescribedErrorSchema.safeParse(describeError(new Error("e", { cause: thrown }))).success).toBe(true);
      }),
    );
  });
});
