import { describe, expect, it } from "vitest";
import { spanIdOf, traceIdOf } from "../../../src/aws/otlp.ts";

describe("a correlation id", () => {
  it("is its trace's, where it is a trace id or a UUID", () => {
    expect(traceIdOf("4BF92F3577B34DA6A3CE929D0E0E4736")).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
    expect(traceIdOf("6f0c3c1e-2b1d-4c7a-9e7b-0d8a3f1c2b4d")).toBe("6f0c3c1e2b1d4c7a9e7b0d8a3f1c2b4d");
  });

  it("of any other kind gives one trace by its hash, and none is all zeros, which is no trace", () => {
    expect(traceIdOf("order-4711")).toMatch(/^[0-9a-f]{32}$/);
    expect(traceIdOf("order-4711")).toBe(traceIdOf("order-4711"));
    expect(traceIdOf("order-4711")).not.toBe(traceIdOf("order-4712"));
    expect(traceIdOf("0".repeat(32))).toMatch(/[1-9a-f]/);
  });
});

describe("a span's id", () => {
  it("is of the task's, so that a repeat is the same span", () => {
    expect(spanIdOf("a")).toMatch(/^[0-9a-f]{16}$/);
    expect(spanIdOf("a")).toBe(spanIdOf("a"));
    expect(spanIdOf("a")).not.toBe(spanIdOf("b"));
  });
});
