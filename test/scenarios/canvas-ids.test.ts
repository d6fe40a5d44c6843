import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Node } from "../../src/core/canvas/node.ts";
import { t, ti } from "../fixtures/canvases.ts";
import { call, runCanvas, settled, submit, taskOf } from "./support/api.ts";
import { wrongIds } from "./support/ids.ts";

const Context = z.object({
  task_id: z.guid(),
  root_id: z.guid(),
  parent_id: z.guid().nullable(),
  group: z.guid().nullable(),
  group_index: z.number().nullable(),
});

/** One of everything in everything, of tasks that are all `each`. */
const nestedOf = (each: () => Node): Node => ({
  chain: [
    each(),
    { chain: [each(), each()] },
    {
      group: [
        each(),
        {
          chain: [
            each(),
            { chord: { header: [each(), { group: [each(), each()] }], body: { chain: [each(), each()] } } },
          ],
        },
        { chain: [{ group: [each(), each()] }] },
        { chord: { header: [each()], body: { group: [each(), each()] } } },
        { chord: { header: [], body: each() } },
      ],
    },
    { chain: [each(), { group: [each(), { chain: [each()] }] }] },
    { chord: { header: [each(), each()], body: { chain: [each(), { group: [each(), each()] }] } } },
  ],
});

const beginnings: readonly (readonly [string, Node])[] = [
  ["a chain", { chain: [t("probe.identity", 1), t("probe.identity")] }],
  ["a group", { group: [t("probe.identity", 1), { chain: [t("probe.identity", 2), t("probe.identity")] }] }],
  ["a chord", { chord: { header: [t("probe.identity", 1)], body: t("probe.identity") } }],
  [
    "a group in a chain",
    { chain: [{ group: [t("probe.identity", 1)] }, t("probe.identity"), { group: [t("probe.identity")] }] },
  ],
  [
    "a chord in a chord",
    {
      chord: {
        header: [{ chord: { header: [t("probe.identity", 1)], body: t("probe.identity") } }],
        body: t("probe.identity"),
      },
    },
  ],
];

describe.concurrent("the ids of a canvas", () => {
  it("are as the contract has them in the answer, the records, and what each task is told", async () => {
    const node = nestedOf(() => ti("probe.request_info"));
    const submitted = await submit("/canvas", node);
    await settled(submitted.task_id);
    expect(await wrongIds(node, submitted, settled)).toBeNull();
    for (const { task_id: id } of submitted.tasks) {
      const record = await taskOf(id);
      expect(Context.parse(record.result)).toEqual({
        task_id: id,
        root_id: submitted.root_id,
        parent_id: record.parent_id,
        group: record.group_id,
        group_index: record.group_index,
      });
    }
  });

  it.each(beginnings)("are right where it begins with %s", async (_name, node) => {
    const submitted = await submit("/canvas", node);
    await settled(submitted.task_id);
    expect(await wrongIds(node, submitted, settled)).toBeNull();
  });

  it("reach the tasks along a chain and into a chord", async () => {
    const {
      task_id: last,
      root_id: root,
      tasks,
    } = await submit("/chain", {
      tasks: [t("probe.ids", 0), t("probe.collect_ids", 1), t("probe.collect_ids", 2)],
    });
    const [first, second] = tasks.map((task) => task.task_id);
    expect((await settled(last)).result).toEqual([
      [
        [root, null, 0],
        [root, first, 1],
      ],
      [root, second, 2],
    ]);

    const chord = await submit("/chord", {
      header: [t("probe.ids", 0), t("probe.ids", 1)],
      body: t("probe.collect_ids", 2),
    });
    expect((await settled(chord.task_id)).result).toEqual([
      [
        [chord.root_id, null, 0],
        [chord.root_id, null, 1],
      ],
      [chord.root_id, chord.root_id, 2],
    ]);
  });

  it("list the tasks in submitted order, a header before its body", async () => {
    let made = 0;
    const submitted = await submit(
      "/canvas",
      nestedOf(() => ti("probe.identity", made++)),
    );
    const args = await Promise.all(submitted.tasks.map(async ({ task_id: id }) => (await taskOf(id)).args));
    expect(args).toEqual(Array.from({ length: made }, (_, index) => [index]));
    expect((await settled(submitted.task_id)).status).toBe("SUCCESS");
  });
});

describe.concurrent("a canvas that was just submitted", () => {
  it.each(beginnings)("has all of its records, as PENDING, where it begins with %s", async (_name, node) => {
    const submitted = await submit("/canvas", delayed(node));
    const seen = new Set<string>();
    const look = async (id: string | null): Promise<void> => {
      if (id === null || seen.has(id)) return;
      seen.add(id);
      const answer = await call("GET", `/result/${id}`);
      expect(answer.status).toBe(200);
      const record = z
        .object({
          status: z.string(),
          done_at: z.null(),
          parent_id: z.guid().nullable(),
          group_id: z.guid().nullable(),
        })
        .parse(answer.json);
      expect(record.status).toBe("PENDING");
      await look(record.parent_id);
      await look(record.group_id);
    };
    for (const id of [submitted.task_id, submitted.root_id, ...submitted.tasks.map((task) => task.task_id)])
      await look(id);
    expect((await call("POST", `/tasks/${submitted.task_id}/revoke`, {})).status).toBe(202);
  });

  it("takes the ids that its client chose", async () => {
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
    const choose = (id: string): Record<string, unknown> => ({ ...t("probe.identity"), options: { task_id: id } });
    const node = { chain: [t("probe.identity", 7), { group: [choose(one)] }, choose(two)] };
    const submitted = await submit("/canvas", node);
    expect(submitted.task_id).toBe(two);
    expect(submitted.tasks[1]).toMatchObject({ task_id: one });
    expect(await settled(two)).toMatchObject({ status: "SUCCESS", result: [7] });
    expect((await call("POST", "/canvas", node)).status).toBe(409);
  });

  it("is the same one where its Idempotency-Key says so", async () => {
    const node = { chain: [t("probe.identity", 7), { group: [t("probe.identity"), t("probe.identity")] }] };
    const headers = { "idempotency-key": crypto.randomUUID() };
    const first = await submit("/canvas", node, headers);
    expect(await submit("/canvas", node, headers)).toEqual(first);
    expect(await settled(first.task_id)).toMatchObject({ status: "SUCCESS", result: [7, 7] });
    expect(await submit("/canvas", node, headers)).toEqual(first);
  });

  it("is one task where it is nothing else", async () => {
    for (const node of [
      t("probe.ids", 1),
      { chain: [t("probe.ids", 1)] },
      { chain: [{ chain: [t("probe.ids", 1)] }] },
    ]) {
      const record = await runCanvas(node);
      expect(record).toMatchObject({ kind: "task", status: "SUCCESS", result: [record.task_id, null, 1] });
    }
  });
});

/** The same, but nothing of it starts for ten minutes. */
function delayed(node: unknown): Record<string, unknown> {
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!isRecord(value)) return value;
    if ("task" in value) return { ...value, options: { countdown: 600 } };
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
  };
  const whole = walk(node);
  if (!isRecord(whole)) throw new Error("no node");
  return whole;
}
