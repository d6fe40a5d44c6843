import { afterEach, describe, expect, it } from "vitest";
import { Table } from "../../../src/aws/table.ts";

const AWAIT = Symbol.for("embedded-aws.await");

afterEach(() => void Reflect.deleteProperty(globalThis, AWAIT));

describe("who waits for an item", () => {
  it("is told by the embedded AWS, and waits for it as long as there is time", async () => {
    const asked: unknown[] = [];
    Reflect.set(globalThis, AWAIT, async (...wish: unknown[]) => void asked.push(wish));
    await new Table("celeriac-local").untilAny("task", ["done", "end"], 5, 20_000);
    expect(asked).toEqual([["celeriac-local", { id: { S: "task" } }, ["done", "end"], 20_000]]);
  });

  it("looks again after a pause elsewhere, which the time that is left may shorten", async () => {
    const table = new Table("celeriac-dev");
    await expect(table.untilAny("task", ["done"], 1, 20_000)).resolves.toBeUndefined();
    await expect(table.untilAny("task", ["done"], 20_000, 1)).resolves.toBeUndefined();
  });
});
