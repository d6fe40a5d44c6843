import { describe, expect, expectTypeOf, it } from "vitest";
import type { Ask } from "../../../src/worker/ipc.ts";
import { createOnce } from "../../../src/worker/once.ts";

/** A supervisor that knows the results of effects, and what it was asked. */
function supervisor(stored: Record<string, string> = {}) {
  const asks: Ask[] = [];
  const ask = async (asked: Ask): Promise<unknown> => {
    asks.push(asked);
    if (asked.kind === "claim")
      return asked.key in stored ? { json: stored[asked.key] } : { effect: `id of ${asked.key}` };
    return null;
  };
  return { asks, once: createOnce({ ask }) };
}

describe("self.once", () => {
  it("claims, runs with the effect's key, stores, and gives the result as JSON has it", async () => {
    const { once, asks } = supervisor();
    const at = new Date(0);
    expect(await once("mail", async ({ key }) => ({ key, at, left: undefined }))).toEqual({
      key: "id of mail",
      at: at.toJSON(),
    });
    expect(asks).toEqual([
      { kind: "claim", key: "mail" },
      { kind: "record", key: "mail", json: `{"key":"id of mail","at":"${at.toJSON()}"}` },
    ]);
  });

  it("is of the type that JSON leaves of the result", async () => {
    const { once } = supervisor();
    const date = await once("date", () => new Date(0));
    expectTypeOf(date).toEqualTypeOf<string>();
    expect(date).toBe("1970-01-01T00:00:00.000Z");
  });

  it("gives what was stored, and runs nothing", async () => {
    const { once, asks } = supervisor({ mail: "[1,2]" });
    const fail = (): never => {
      throw new Error("ran");
    };
    expect(await once("mail", fail)).toEqual([1, 2]);
    expect(asks).toHaveLength(1);
  });

  it("runs once where it is asked for twice at a time, and again later", async () => {
    const { once, asks } = supervisor();
    let runs = 0;
    const effect = (): number => (runs += 1);
    expect(await Promise.all([once("a", effect), once("a", effect)])).toEqual([1, 1]);
    expect(await once("a", effect)).toBe(1);
    expect(await once("b", effect)).toBe(2);
    expect(asks.filter((ask) => ask.kind === "claim")).toHaveLength(2);
  });

  it("runs again after it threw, and stores nothing of that", async () => {
    const { once, asks } = supervisor();
    await expect(once("a", () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    expect(await once("a", () => "sent")).toBe("sent");
    expect(asks.map((ask) => ask.kind)).toEqual(["claim", "claim", "record"]);
  });

  it.each([
    ["", () => 1, /1 to 200 characters/],
    ["a", () => Number.NaN, /JSON cannot say/],
    ["a", () => "x".repeat(5 * 1024 * 1024), /5242880 are allowed/],
  ])("refuses what it cannot name or store", async (key, effect, message) => {
    const { once, asks } = supervisor();
    await expect(once<unknown>(key, effect)).rejects.toThrow(message);
    expect(asks.filter((ask) => ask.kind === "record")).toEqual([]);
  });
});
