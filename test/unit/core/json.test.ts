import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidResult, describeError } from "../../../src/core/errors.ts";
import { isWithinDepth, pointer } from "../../../src/core/json.ts";
import { resultToJson } from "../../../src/core/result-json.ts";

describe("a task's result", () => {
  it("a task's result is JSON as it is", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => resultToJson(value) === JSON.stringify(value)));
  });

  it("is null where there is none", () => {
    expect(resultToJson(undefined)).toBe("null");
  });

  it.each([
    ["NaN", { mean: Number.NaN }],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["a function", () => 1],
    ["a function inside", [{ run: () => 1 }]],
    ["a BigInt", 1n],
    ["a symbol", Symbol("s")],
  ])("cannot be %s", (_name, value) => {
    expect(() => resultToJson(value)).toThrow(InvalidResult);
  });

  it("a task's result cannot hold itself", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(() => resultToJson(cycle)).toThrow(InvalidResult);
  });
});

describe("isWithinDepth", () => {
  it("counts levels of arrays and objects", () => {
    expect(isWithinDepth(1, 0)).toBe(true);
    expect(isWithinDepth([[]], 1)).toBe(true);
    expect(isWithinDepth([{ a: [1] }], 2)).toBe(false);
  });

  it("stands a body that is nested a hundred thousand levels deep", () => {
    expect(isWithinDepth(JSON.parse("[".repeat(100_000) + "]".repeat(100_000)), 500)).toBe(false);
  });
});

describe("a JSON Pointer", () => {
  it("escapes what has a meaning in it", () => {
    expect(pointer(["chain", 1, "a/b", "~"])).toBe("/chain/1/a~1b/~0");
    expect(pointer([])).toBe("");
  });
});

describe("describeError", () => {
  it("takes the class name of what was thrown", () => {
    class OwnError extends Error {}
    expect(describeError(new OwnError("why"))).toEqual({ type: "OwnError", message: "why" });
    expect(describeError(new TypeError("t"))).toEqual({ type: "TypeError", message: "t" });
  });

  it("takes anything that can be thrown", () => {
    expect(describeError("text")).toEqual({ type: "Error", message: "text" });
    expect(describeError(undefined)).toEqual({
      type: "Error",
      message: "What was thrown is no error but of type undefined.",
    });
  });

  it("describeError bounds the message", () => {
    expect(describeError(new Error("x".repeat(100_000))).message.length).toBe(2_000);
  });
});
