import { describe, expect, it } from "vitest";
import { progressLine } from "../../../cli/view/bar.ts";
import { age, bytes, count, dollars, duration } from "../../../cli/view/format.ts";
import type { Paint } from "../../../cli/view/paint.ts";
import { table } from "../../../cli/view/table.ts";
import { fit, json, pad, plain, widthOf } from "../../../cli/view/text.ts";

const paint: Paint = (_style, text) => text;

describe("text", () => {
  it("is as wide as a terminal shows it", () => {
    expect(widthOf("abc")).toBe(3);
    expect(widthOf("한국어")).toBe(6);
    expect(widthOf("é✓…")).toBe(3);
    expect(widthOf("👩‍👩‍👧")).toBe(2);
  });

  it("is cut and padded by that width", () => {
    expect(fit("abcdef", 4)).toBe("abc…");
    expect(fit("한국어", 4)).toBe("한…");
    expect(fit("한국어", 6)).toBe("한국어");
    expect(pad("한", 4)).toBe("한  ");
    expect(pad("1", 3, "right")).toBe("  1");
  });

  it("of somebody else's cannot steer the terminal", () => {
    expect(plain("a\u001b[2Jb\nc\u202ed\u009b1m")).toBe(String.raw`a\u001b[2Jb c\u202ed\u009b1m`);
    expect(json({ a: "\u001b\u009b" })).toBe(String.raw`{"a":"\u001b\u009b"}`);
    expect(JSON.parse(json({ a: "\u001b\u009b\u202e" }))).toEqual({ a: "\u001b\u009b\u202e" });
  });
});

describe("numbers", () => {
  it.each([
    [null, "-"],
    [0, "0 ms"],
    [0.0042, "4 ms"],
    [0.9999, "1.00 s"],
    [1.236, "1.24 s"],
    [12.34, "12.3 s"],
    [59.97, "1 m"],
    [125, "2 m 5 s"],
    [12_000, "3 h 20 m"],
    [90_000, "1 d 1 h"],
  ])("%j seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  it("numbers are short", () => {
    const now = Date.parse("2026-11-22T15:00:00Z");
    expect(
      ["2026-11-22T14:59:55Z", "2026-11-22T14:57:00Z", "2026-11-20T14:00:00Z"].map((time) => age(time, now)),
    ).toEqual(["5s", "3m", "2d"]);
    expect([count(1_234_567), bytes(0), bytes(1536), bytes(5e6)]).toEqual(["1,234,567", "0 B", "1.5 KB", "4.8 MB"]);
    expect([dollars(0), dollars(0.000023), dollars(23.14), dollars(1234.5)]).toEqual([
      "$0.00",
      "$0.000023",
      "$23.14",
      "$1,234.50",
    ]);
  });
});

describe("a table", () => {
  const columns = [
    { header: "ID" },
    { header: "TASK", shrinkTo: 6 },
    { header: "TOOK", align: "right" as const },
    { header: "SAID", shrinkTo: 8, optional: true },
  ];
  const rows = [
    ["0001", "documents.process", "1 ms", "all is well with this one"],
    ["0002", "한국어", "12.3 s", ""],
  ];

  it("is as wide as it takes where there is no terminal", () => {
    expect(table(columns, rows, { width: null, paint })).toEqual([
      "ID    TASK                 TOOK  SAID",
      "0001  documents.process    1 ms  all is well with this one",
      "0002  한국어             12.3 s",
    ]);
  });

  it("fits its terminal: columns shrink, then those that may be left out are", () => {
    expect(table(columns, rows, { width: 40, paint })).toEqual([
      "ID    TASK           TOOK  SAID",
      "0001  documents.…    1 ms  all is well …",
      "0002  한국어       12.3 s",
    ]);
    expect(table(columns, rows, { width: 24, paint })).toEqual([
      "ID    TASK          TOOK",
      "0001  documents…    1 ms",
      "0002  한국어      12.3 s",
    ]);
  });
});

describe("a progress bar", () => {
  const record = {
    kind: "group" as const,
    task_id: "x",
    status: "STARTED",
    error: null,
    result: null,
    started_at: null,
    done_at: null,
    created_at: "",
    runtime: null,
    total: 4,
    completed: 1,
    failed: 1,
  };

  it("tells how far a group is, and never wraps", () => {
    expect(progressLine(record, 1.5, { width: 80, paint })).toBe("● group of 4  ██████████░░░░░░░░░░  2/4  1.50 s");
    expect(widthOf(progressLine(record, 1.5, { width: 30, paint }))).toBeLessThan(30);
  });
});
