import { describe, expect, it } from "vitest";
import { effectKeyFault, onEffect, turnOf } from "../../../../src/core/record/once.ts";

const result = { json: "1" };

describe("an effect that an attempt wants to have", () => {
  it("is run where nobody had it", () => {
    expect(onEffect(null, 0)).toEqual({ action: "run" });
  });

  it.each([
    ["an earlier", 0],
    ["the same", 4],
    ["a later", 9],
  ])("is given where it happened, in %s attempt", (_when, turn) => {
    expect(onEffect({ fence: "x", turn, result }, 4)).toEqual({ action: "give", result });
  });

  it("is run again where an earlier attempt claimed it and was lost, or failed", () => {
    expect(onEffect({ fence: "x", turn: 0, result: null }, 4)).toEqual({ action: "run" });
    expect(onEffect({ fence: "x", turn: 4, result: null }, 4)).toEqual({ action: "run" });
  });

  it("is left to a later attempt that claimed it", () => {
    expect(onEffect({ fence: "x", turn: 5, result: null }, 4)).toEqual({ action: "leave" });
  });

  it("is of a turn that is higher with each claim of its task: taken over, retried, redriven", () => {
    const claims = [
      { attempt: 0, lost: 0 },
      { attempt: 0, lost: 2 },
      { attempt: 1, lost: 0 },
      { attempt: 1, lost: 1 },
      { attempt: 2, lost: 0 },
    ];
    const turns = claims.map((claim) => turnOf(claim));
    expect(turns).toEqual([...new Set(turns)].toSorted((a, b) => a - b));
  });

  it.each(["", "x".repeat(201), 7, null, undefined])("has a name of 1 to 200 characters, not %j", (key) => {
    expect(effectKeyFault(key)).toContain("1 to 200 characters");
  });

  it.each(["x", "x".repeat(200), "charge#1 ü"])("may be called %s", (key) => {
    expect(effectKeyFault(key)).toBeNull();
  });
});
