import { describe, expect, it } from "vitest";
import { shownSooner } from "../../../../src/core/record/claim.ts";

describe("the message of a claimed task", () => {
  it.each([
    [25, 880, 30],
    [70, 300, 75],
  ])(
    "comes back after its lease of %i s where the longest task of its module may take %i s",
    (lease, longest, after) => {
      expect(shownSooner(lease, longest)).toBe(after);
    },
  );

  it.each([
    [310, 300],
    [310, 880],
    [25, 15],
  ])("is left to its queue where a lease of %i s is not much shorter than the longest of %i s", (lease, longest) => {
    expect(shownSooner(lease, longest)).toBeNull();
  });
});
