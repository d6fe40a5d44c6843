import { describe, expect, test } from "vitest";
import { QueueAges } from "../../../src/aws/queue-ages.ts";
import type { Depth } from "../../../src/aws/queues.ts";
import type { Change, Item } from "../../../src/aws/table.ts";

const NOW = 1_800_000_000_000;

/** What a stage's functions share: one item, and how many wait. */
function stage(bound: number | null, waiting = 5) {
  const items = new Map<string, Item>();
  const calls = { writes: 0, reads: 0, depths: 0 };
  const table = {
    get: async (id: string) => {
      calls.reads += 1;
      return items.get(id) ?? null;
    },
    update: async ({ id, set }: Change) => {
      calls.writes += 1;
      items.set(id, { id, ...set });
      return null;
    },
  };
  const queues = {
    depth: async (): Promise<Depth> => {
      calls.depths += 1;
      return { waiting, in_flight: 0, delayed: 0 };
    },
  };
  return { calls, ages: () => new QueueAges(table, queues, bound) };
}

describe("the ages of queues", () => {
  test("cost nothing where the stage has no bound", async () => {
    const { calls, ages } = stage(null);
    await ages().note("math", 1_000, NOW);
    expect(await ages().isPast("math", NOW)).toBe(false);
    expect(calls).toEqual({ writes: 0, reads: 0, depths: 0 });
  });

  test("are not written while a module keeps up, and once a second by an environment at the most", async () => {
    const { calls, ages } = stage(100);
    const worker = ages();
    for (let second = 0; second < 10; second += 1) await worker.note("math", 50, NOW + second * 1000);
    expect(calls.writes).toBe(0);
    for (let tenth = 0; tenth < 30; tenth += 1) await worker.note("math", 80, NOW + tenth * 100);
    expect(calls.writes).toBe(3);
    await worker.note("math", 1, NOW + 4_000);
    await worker.note("math", 1, NOW + 6_000);
    expect(calls.writes, "once that it has fallen").toBe(4);
  });

  test("are read every five seconds at the most", async () => {
    const { calls, ages } = stage(100);
    const api = ages();
    await ages().note("math", 150, NOW);
    for (let second = 0; second < 10; second += 1) expect(await api.isPast("math", NOW + second * 1000)).toBe(true);
    expect(calls).toEqual({ writes: 1, reads: 2, depths: 2 });
    expect(await api.isPast("other", NOW)).toBe(false);
  });

  test("say nothing once nothing waits, or when the last note is older than the bound", async () => {
    const empty = stage(100, 0);
    await empty.ages().note("math", 150, NOW);
    expect(await empty.ages().isPast("math", NOW)).toBe(false);
    const old = stage(100);
    await old.ages().note("math", 150, NOW);
    expect(await old.ages().isPast("math", NOW + 99_000)).toBe(true);
    expect(await old.ages().isPast("math", NOW + 101_000)).toBe(false);
  });
});
