import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../../src/core/write-json.ts";

/** Faults as `path message`. */
const faultsOf = (value: unknown): string[] => writeJson(value).faults.map(({ path, message }) => `${path} ${message}`);

// oxlint-disable-next-line typescript/no-extraneous-class -- users have such
class Empty {}
class WithFields {
  readonly x = 1;
  readonly #hidden = 2;
  get sum(): number {
    return this.x + this.#hidden;
  }
}
const cycle: Record<string, unknown> = {};
cycle["self"] = [cycle];
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const throwing = {
  get x(): never {
    throw new Error("no x");
  },
};

describe("the JSON of a value", () => {
  it("is what JSON.stringify writes", () => {
    fc.assert(
      fc.property(
        fc.anything({ withDate: true, withNullPrototype: true, withSparseArray: true, withBoxedValues: true }),
        (value) => {
          const { json } = writeJson(value);
          return json === null || json === (JSON.stringify(value) ?? "null");
        },
      ),
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => writeJson(value).json === JSON.stringify(value)));
  });

  it.each([
    ["a date", { at: new Date(0) }],
    ["bytes that say themselves what they are", { bytes: Buffer.from("x") }],
    ["an instance with fields", [new WithFields()]],
    ["an instance that says itself what it is", { url: new URL("https://example.com/"), one: new Number(1) }],
    ["nothing", { left: undefined, list: [undefined] }],
    ["objects of another context", runInNewContext("({ a: [1], b: Object.create(null) })")],
    ["one object at two places", [throwing, throwing].map(() => cycle).map(() => ({ same: faultsOf }).same.name)],
  ])("is the same as ever of %s", (_what, value) => {
    expect(writeJson(value).json).toBe(JSON.stringify(value));
  });

  it.each([
    ["NaN", { a: [Number.NaN] }, "/a/0 is NaN, which JSON cannot say"],
    ["an infinity", { "a/b": -Infinity }, "/a~1b is -Infinity"],
    ["NaN in an object", { a: new Number(Number.NaN) }, "/a is NaN"],
    ["a date that is none", [new Date(Number.NaN)], "/0 is NaN"],
    ["a function", { f: () => 1 }, "/f is a function"],
    ["a symbol", [Symbol("s")], "/0 is a symbol"],
    ["a BigInt", { n: 1n }, "/n is a bigint"],
    ["an object of a BigInt", { n: new Object(1n) }, "/n is a bigint"],
    ["an object of a symbol", { s: new Object(Symbol("s")) }, "/s is a Symbol"],
    ["a cycle", cycle, "/self/0 holds itself"],
    ["a Map", new Map([[1, 2]]), " is a Map, of which JSON keeps nothing: give Object.fromEntries(it)"],
    ["a Set", { s: new Set([1]) }, "/s is a Set, of which JSON keeps nothing: give [...it]"],
    ["a WeakMap", [new WeakMap()], "/0 is a WeakMap"],
    ["an error", { e: new TypeError("t") }, "/e is a TypeError, of which JSON keeps nothing: give its message"],
    ["an error with fields", [Object.assign(new Error("t"), { code: 1 })], "/0 is an Error"],
    ["headers", new Headers({ a: "b" }), " is a Headers"],
    ["a response", { r: new Response("x") }, "/r is a Response, of which JSON keeps nothing: give what its text()"],
    ["a query", [new URLSearchParams("a=b")], "/0 is a URLSearchParams"],
    ["a form", [new FormData()], "/0 is a FormData"],
    ["a blob", [new Blob(["x"])], "/0 is a Blob"],
    ["bytes", { b: new ArrayBuffer(8) }, "/b is an ArrayBuffer, of which JSON keeps nothing: give its bytes in base64"],
    ["numbers in a buffer", { b: new Float64Array(2) }, "/b is a Float64Array"],
    ["a promise", [Promise.resolve(1)], "/0 is a promise: await it"],
    // oxlint-disable-next-line unicorn/no-thenable -- queries of databases are such
    ["a thenable", [{ q: Object.assign(new Empty(), { then: () => {} }) }], "/0/q is a promise: await it"],
    ["a stream", [new ReadableStream()], "/0 is a ReadableStream"],
    [
      "an async generator",
      (async function* () {
        yield 1;
      })(),
      "give a list of what it yields",
    ],
    [
      "a generator",
      [
        (function* () {
          yield 1;
        })(),
      ],
      "/0 is a",
    ],
    ["an iterator", [[1].values()], "/0 is a"],
    ["a pattern", [/x/], "/0 is a RegExp"],
    ["an instance without fields", [new Empty()], "/0 is an Empty"],
    ["a proxy that was revoked", [revoked.proxy], "/0 cannot be read"],
    ["a getter that throws", { t: throwing }, "/t/x cannot be read: no x"],
    ["a toJSON that throws", [{ toJSON: () => JSON.parse("{") }], "/0 cannot be read"],
    ["a toJSON that gives NaN", [{ toJSON: () => Number.NaN }], "/0 is NaN"],
    ["what is nested too deeply", JSON.parse(`${"[".repeat(5_000)}${"]".repeat(5_000)}`), "is nested more than 1000"],
  ])("cannot be written of %s, and the fault is at its place", (_what, value, fault) => {
    const [first = "no fault"] = faultsOf(value);
    expect(first).toContain(fault);
    expect(writeJson(value).json).toBeNull();
  });

  it("has ten faults at the most", () => {
    expect(faultsOf(Array.from({ length: 1_000_000 }, () => Number.NaN))).toHaveLength(10);
  });

  it("is null where a toJSON gives nothing", () => {
    expect(writeJson({ toJSON: () => {} }).json).toBe("null");
  });

  it("ends where it is too long to be written", () => {
    let doubled: unknown = "x".repeat(1_000);
    for (let level = 0; level < 40; level += 1) doubled = [doubled, doubled];
    expect(writeJson(doubled)).toMatchObject({ json: null, isTooLong: true });
    expect(writeJson(Object.assign([], { length: 4_000_000_000 }))).toMatchObject({ json: null, isTooLong: true });
  });
});
