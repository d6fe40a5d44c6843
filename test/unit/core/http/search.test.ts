import { describe, expect, it } from "vitest";
import { hasTerms, previewOf, termsOf } from "../../../../src/core/http/search.ts";
import { aCall, aRecord } from "../../../fixtures/records.ts";

const payload = { json: JSON.stringify([["Order-17", { unit: "km" }], { round: 2 }]) };
const record = aRecord({
  call: aCall({ payload, correlation: "shop-42" }),
  error: { type: "ValueError", message: "no such order", task_id: "x" },
});

describe("a search", () => {
  it("is for words, and for what stands in quotes as one", () => {
    expect(termsOf('  Order-17 "No such ORDER" km')).toEqual(["order-17", "no such order", "km"]);
    expect(termsOf("")).toEqual([]);
  });

  it("finds a task that has all of them in its id, name, arguments, error or correlation id", () => {
    for (const term of ["order-17", "math.add", "valueerror", "no such", "shop-42", '"unit":"km"', record.id])
      expect(hasTerms(record, [term])).toBe(true);
    expect(hasTerms(record, ["order-17", "valueerror"])).toBe(true);
    expect(hasTerms(record, ["order-17", "order-18"])).toBe(false);
    expect(hasTerms(record, [])).toBe(true);
  });

  it("does not look into arguments that lie in S3", () => {
    const large = aRecord({ call: aCall({ payload: { key: "payloads/order-17.json", bytes: 5_000 } }) });
    expect(hasTerms(large, ["order-17"])).toBe(false);
    expect(previewOf(large)).toBeNull();
  });
});

describe("a preview of arguments", () => {
  it("a preview of arguments reads like a call", () => {
    expect(previewOf(record)).toBe('"Order-17", {"unit":"km"}, round=2');
  });

  it("a preview of arguments ends after 160 characters", () => {
    const long = aRecord({ call: aCall({ payload: { json: JSON.stringify([["x".repeat(1_000)], {}]) } }) });
    expect(previewOf(long)).toHaveLength(161);
  });
});
