import { describe, expect, it } from "vitest";
import { createNews } from "../../../cli/commands/logs.ts";

const line = (n: number, message = "at work") => ({
  time: new Date(1_700_000_000_000 + n).toISOString(),
  level: "INFO",
  message,
  fields: {},
});

describe("a log that is followed", () => {
  it("is told once a line, though only the latest of it are kept", () => {
    const newOf = createNews();
    const lines = Array.from({ length: 8 }, (_, n) => line(n));
    expect(newOf(lines.slice(0, 5))).toEqual(lines.slice(0, 5));
    expect(newOf(lines.slice(3, 8))).toEqual(lines.slice(5, 8));
    expect(newOf(lines.slice(3, 8))).toEqual([]);
  });

  it("has equal lines as often as they were written, and late ones among earlier ones", () => {
    const newOf = createNews();
    expect(newOf([line(1), line(1)])).toEqual([line(1), line(1)]);
    expect(newOf([line(0, "late"), line(1), line(1), line(1)])).toEqual([line(0, "late"), line(1)]);
  });
});
