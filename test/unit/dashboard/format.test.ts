import { describe, expect, it, vi } from "vitest";

// The browser's, which the page asks for its theme and language.
vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => {} }));
const { ago, briefly, bytes, count, dollars, duration, share } = await import("../../../dashboard/page/format.ts");

describe("numbers for people", () => {
  it.each([
    [null, "–"],
    [0.0123, "12 ms"],
    [1.5, "1.50 s"],
    [59.94, "59.9 s"],
    [60, "1 m"],
    [125, "2 m 5 s"],
    [3_600, "1 h"],
    [90_000, "1 d 1 h"],
  ])("a duration of %s s is %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it("are in one unit where there is little room", () => {
    expect([0.25, 40, 1_050, 10_800].map(briefly)).toEqual(["250 ms", "40 s", "17.5 m", "3 h"]);
  });

  it("tell sizes, shares, counts and money", () => {
    expect([0, 900, 1_536, 644 * 1_048_576].map(bytes)).toEqual(["0 B", "900 B", "1.5 KB", "644 MB"]);
    expect([0, 0.004, 0.5].map(share)).toEqual(["0%", "0.4%", "50%"]);
    expect([count(12_345), count(12_345, true), count(999, true)]).toEqual(["12,345", "12.3K", "999"]);
    expect([0, 1.5, 0.29, 0.000_006].map(dollars)).toEqual(["$0.00", "$1.50", "$0.29", "$0.0000060"]);
  });

  it("tell how long ago something was", () => {
    const now = Date.parse("2026-11-22T01:00:00Z");
    expect(ago("2026-11-22T00:59:55Z", now)).toBe("5s ago");
    expect(ago("2026-11-22T00:00:00Z", now)).toBe("1h ago");
    expect(ago("2026-11-22T01:00:05Z", now)).toBe("0s ago");
  });
});
