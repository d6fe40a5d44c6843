import { describe, expect, it } from "vitest";
import {
  jsonObject,
  jsonOrText,
  moment,
  nodeOf,
  pair,
  positive,
  seconds,
  whole,
  wholeOrNone,
} from "../../../cli/values.ts";

describe("an argument", () => {
  it.each([
    ["2", 2],
    ["-1.5", -1.5],
    ["true", true],
    ["null", null],
    ['"2"', "2"],
    ['{"a": [1]}', { a: [1] }],
    ["plain words", "plain words"],
    ["{not json", "{not json"],
    ["", ""],
  ])("%j is JSON where it is JSON, else text", (text, value) => {
    expect(jsonOrText(text)).toEqual(value);
  });

  it("is an object where one is wanted", () => {
    expect(jsonObject('{"z": 3}')).toEqual({ z: 3 });
    for (const text of ["[1]", "null", "3", "z=3"]) expect(() => jsonObject(text)).toThrow(/JSON object/);
  });
});

describe("a duration", () => {
  it.each([
    ["30", 30],
    ["0.5", 0.5],
    ["10s", 10],
    ["5m", 300],
    ["2h", 7200],
    ["1d", 86_400],
  ])("%s is a number of seconds", (text, value) => {
    expect(seconds(text)).toBe(value);
  });

  it.each(["", "-1", "soon", "1w", "1h30m"])("%j is none", (text) => {
    expect(() => seconds(text)).toThrow(/duration/);
  });
});

describe("a moment", () => {
  const now = Date.parse("2026-11-22T15:00:00Z");

  it("is a time, or how long ago", () => {
    expect(moment("2h", now)).toBe("2026-11-22T13:00:00.000Z");
    expect(moment("2026-11-22T16:00:00+02:00", now)).toBe("2026-11-22T14:00:00.000Z");
    expect(moment("2026-11-22", now)).toBe("2026-11-22T00:00:00.000Z");
  });

  it.each(["yesterday", "2026-13-40", "", "Nov 22"])("%j is none", (text) => {
    expect(() => moment(text, now)).toThrow(/time such as/);
  });
});

describe("numbers and pairs", () => {
  it("numbers and pairs are what they are called", () => {
    expect(positive("1e6")).toBe(1_000_000);
    expect([whole("3"), wholeOrNone("3"), wholeOrNone("0")]).toEqual([3, 3, 0]);
    expect(pair("tenant=a=b", { one: "1" })).toEqual({ one: "1", tenant: "a=b" });
  });

  it("are refused where they are not", () => {
    for (const text of ["0", "-1", "x", "", "Infinity"]) expect(() => positive(text)).toThrow(/above 0/);
    for (const text of ["0", "1.5", "x", "-1"]) expect(() => whole(text)).toThrow(/whole number/);
    for (const text of ["tenant", "=a"]) expect(() => pair(text)).toThrow(/NAME=VALUE/);
  });
});

describe("a node", () => {
  it.each([
    ["math.add 1 2", { task: "math.add", args: [1, 2] }],
    ["math.tsum", { task: "math.tsum", args: [] }],
    ['  probe.identity  {"a": [1, 2]} ', { task: "probe.identity", args: [{ a: [1, 2] }] }],
    ['probe.identity "two words" [1, "a ] b"]', { task: "probe.identity", args: ["two words", [1, "a ] b"]] }],
    [String.raw`probe.identity "a \" b" c`, { task: "probe.identity", args: ['a " b', "c"] }],
    ['{"chain": []}', { chain: [] }],
  ])("is read from %j", (text, node) => {
    expect(nodeOf(text)).toEqual(node);
  });

  it("a node is not nothing", () => {
    expect(() => nodeOf("  ")).toThrow(/Expected a task/);
    expect(() => nodeOf("{oops")).toThrow(/JSON object/);
  });
});
