import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { ListAnswer } from "../../src/core/http/answer-schemas.ts";
import { t, ti } from "../fixtures/canvases.ts";
import { call, run, settled, taskOf, within } from "./support/api.ts";

const Id = z.guid();

/** Has a task start a node. @returns the task's record, and how the id that it was given ended. */
async function started(
  node: unknown,
): Promise<{ task: Awaited<ReturnType<typeof run>>; end: Awaited<ReturnType<typeof settled>> }> {
  const task = await run("probe.start", [node]);
  return { task, end: await settled(Id.parse(task.result)) };
}

describe("a canvas that a task starts", () => {
  it.each([
    ["a task", t("math.add", 1, 2), 3],
    ["a chain", { chain: [t("math.add", 1, 2), t("math.add", 3)] }, 6],
    ["a group", { group: [t("math.add", 1, 2), t("math.add", 3, 4)] }, [3, 7]],
    ["a chord", { chord: { header: [t("math.add", 1, 2), t("math.add", 3, 4)], body: t("math.tsum") } }, 10],
    ["a group of none", { group: [] }, []],
    [
      "a group of 300",
      { chain: [{ group: Array.from({ length: 300 }, () => t("math.add", 1, 1)) }, t("math.tsum")] },
      600,
    ],
  ])("gives its result under the id that the task was given: %s", async (_name, node, value) => {
    const { task, end } = await started(node);
    expect(end).toMatchObject({ status: "SUCCESS", result: value, root_id: task.task_id });
    expect(task.children).toEqual([end.task_id]);
  });

  it("has the task as parent where nothing comes before, and shares its root", async () => {
    const { task, end } = await started({
      chain: [ti("probe.ids", 0), { group: [ti("probe.ids", 1), ti("probe.request_info")] }],
    });
    const { tasks } = ListAnswer.parse((await call("GET", `/tasks?root_id=${task.task_id}&limit=100`)).json);
    const first = tasks.find(({ parent_id: parent }) => parent === task.task_id);
    expect((await taskOf(first?.task_id ?? "")).result).toEqual([task.task_id, task.task_id, 0]);
    expect(end).toMatchObject({
      kind: "group",
      root_id: task.task_id,
      result: [
        [task.task_id, first?.task_id, 1],
        { origin: "probe.start", parent_id: first?.task_id, root_id: task.task_id, group: end.task_id, group_index: 1 },
      ],
    });
  });

  it.each([
    [
      "an unknown task",
      { group: [t("math.add", 1, 2), t("math.nope")] },
      /\/group\/1\/task names no task: "math\.nope"/,
    ],
    ["wrong arguments", { chain: [t("math.mul", "a", 2), t("math.add", 1)] }, /\/chain\/0\/args\/0/],
    [
      "a limit that its module has not",
      { ...t("math.add", 1, 2), options: { time_limit: 800 } },
      /\/options\/time_limit/,
    ],
    ["no steps", { chain: [] }, /\/chain has no nodes/],
  ])("is refused whole for %s, and the task is told", async (_name, node, message) => {
    const task = await run("probe.start", [node]);
    expect(task).toMatchObject({
      status: "FAILURE",
      error: { type: "InvalidCanvas", message: expect.stringMatching(message) },
      children: [],
    });
    const { tasks } = ListAnswer.parse((await call("GET", `/tasks?root_id=${task.task_id}`)).json);
    expect(tasks).toHaveLength(1);
  });
});

describe("a task that goes through items", () => {
  it("is one task whose result is the list of theirs", async () => {
    const map = await started({ ...ti("math.xsum", [1, 2], [3, [4]], []), each: "map" });
    expect(map.end).toMatchObject({ kind: "task", task: "math.xsum", status: "SUCCESS", result: [3, 7, 0] });
    const starmap = await started({ ...ti("math.add", [1, 2], ["a", "b"]), each: "starmap" });
    expect(starmap.end).toMatchObject({ task: "math.add", status: "SUCCESS", result: [3, "ab"] });
    expect((await started({ ...ti("math.add"), each: "starmap" })).end.result).toEqual([]);
  });

  it("gets nothing prepended, and gives its list to what follows", async () => {
    const { end } = await started({
      chain: [t("math.add", 1, 2), { ...ti("math.add", [1, 1], [2, 2]), each: "starmap" }, t("math.tsum")],
    });
    expect(end.result).toBe(6);
  });

  it("has each item checked before any of it runs", async () => {
    expect(await run("probe.start", [{ ...ti("math.mul", [1, 2], [3, "4"]), each: "starmap" }])).toMatchObject({
      error: { type: "InvalidCanvas", message: expect.stringContaining("/args/1/1") },
    });
  });

  it("fails with the item that fails, and stops at the soft limit between two items", async () => {
    expect((await started({ ...ti("probe.fail", 1, 2), each: "map" })).end).toMatchObject({
      status: "FAILURE",
      error: { type: "ExpectedError" },
    });
    const options = { soft_time_limit: 0.3, time_limit: 20 };
    const spins = { ...ti("probe.spin", ...Array.from({ length: 200 }, () => 0.1)), each: "map", options };
    expect((await started(spins)).end).toMatchObject({ status: "FAILURE", error: { type: "SoftTimeLimitExceeded" } });
  });

  it("a task that goes through items cannot replace itself", async () => {
    const { end } = await started({ ...ti("probe.replace_with", t("math.add", 1, 2)), each: "map" });
    expect(end).toMatchObject({ status: "FAILURE", error: { type: "CannotReplace" } });
  });

  it("is the same again when it is retried", async () => {
    const { end } = await started({ ...ti("probe.fail", 1, 2), each: "map" });
    const answer = await call("POST", `/tasks/${end.task_id}/retry`, {});
    const { task_id: id } = z.object({ task_id: Id }).parse(answer.json);
    await vi.waitFor(
      async () => expect(await taskOf(id)).toMatchObject({ args: [1, 2], status: "FAILURE" }),
      within(20),
    );
  });
});

describe("a bulk run", () => {
  it.each([
    [1_000, 100, { total: 1_000, chunks: 10, processed: 1_000, sum: 499_500 }],
    [1_001, 500, { total: 1_001, chunks: 3, processed: 1_001, sum: 500_500 }],
    [3_000, 10, { total: 3_000, chunks: 300, processed: 3_000, sum: 4_498_500 }],
    [5, 1_000, { total: 5, chunks: 1, processed: 5, sum: 10 }],
    [0, 10, { total: 0, chunks: 0, processed: 0, sum: 0 }],
  ])("of %d records in chunks of %d gives their summary", async (total, size, summary) => {
    expect(await run("records.start_bulk", [total, size])).toMatchObject({ status: "SUCCESS", result: summary });
  });

  it("has a task for each chunk, and shares its root with them", async () => {
    const { task_id: id } = await run("records.start_bulk", [95, 10]);
    const { tasks } = ListAnswer.parse(
      (await call("GET", `/tasks?root_id=${id}&task=records.process_chunk&limit=100`)).json,
    );
    expect(tasks).toHaveLength(10);
  });

  it("is refused in more chunks than a canvas may have tasks, and says what to do", async () => {
    expect(await run("records.start_bulk", [1_000_000, 10])).toMatchObject({
      status: "FAILURE",
      error: { type: "RangeError", message: expect.stringMatching(/100000 chunks; 10000 are allowed.*at least 100/) },
    });
  });
});
