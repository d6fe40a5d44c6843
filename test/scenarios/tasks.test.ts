import { describe, expect, it } from "vitest";
import * as z from "zod";
import { BatchAnswer } from "../../src/core/http/answer-schemas.ts";
import { call, ended, run, submit, taskOf } from "./support/api.ts";
import { needs } from "./support/needs.ts";

describe("a task over HTTP", () => {
  it("is accepted, runs, and its result is there", async () => {
    const submitted = await submit("/add", { x: 1, y: 2 });
    expect(submitted).toEqual({
      task_id: submitted.task_id,
      root_id: submitted.task_id,
      status: "PENDING",
      tasks: [{ task_id: submitted.task_id, task: "math.add", parent_id: null, group_id: null }],
    });
    const record = await ended(submitted.task_id);
    expect(record).toMatchObject({
      kind: "task",
      task: "math.add",
      status: "SUCCESS",
      result: 3,
      error: null,
      retries: 0,
      queue: "math",
      root_id: submitted.task_id,
      children: [],
    });
    expect(record.runtime).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["math.add", ["Hello ", "world"], "Hello world"],
    ["math.add", [[1], [2], [3]], [1, 2, 3]],
    ["math.mul", [6, 7], 42],
    ["math.tsum", [[1, 2, 3.5]], 6.5],
    ["math.xsum", [[1, [2, [3]], []]], 6],
    ["probe.identity", [{ 한국어: [null, true, "\u0000\uFFFF"] }], { 한국어: [null, true, "\u0000\uFFFF"] }],
    ["probe.size", ["four"], 4],
    ["probe.blob", [3], "xxx"],
    ["probe.progress", [3, 0], 3],
    ["probe.sleep", [0], 0],
    ["probe.spin", [0.01], 0.01],
    ["records.process_chunk", [10, 13], { start: 10, end: 13, processed: 3, sum: 33 }],
    ["probe.delayed_sum_with_soft_guard", [[1, 2], 0], 3],
  ])("%s%j gives its value", async (task, args, value) => {
    expect(await run(task, args)).toMatchObject({ status: "SUCCESS", result: value });
  });

  it("a task over HTTP fails with what it threw", async () => {
    const record = await run("probe.fail", ["anything", 1]);
    expect(record).toMatchObject({
      status: "FAILURE",
      result: null,
      error: { type: "ExpectedError", message: "Task expected to fail", task_id: record.task_id },
    });
    expect(await run("probe.raise_error")).toMatchObject({
      status: "FAILURE",
      error: { type: "Error", message: "deliberate error" },
    });
  });

  it("fails as InvalidResult where JSON cannot say its result", async () => {
    expect(await run("math.mul", [1e308, 10])).toMatchObject({ status: "FAILURE", error: { type: "InvalidResult" } });
  });

  it("retries at once where it asks to, under the same id", async () => {
    expect(await run("probe.retry_once")).toMatchObject({ status: "SUCCESS", result: 1, retries: 1, error: null });
    expect(await run("probe.flaky", [3])).toMatchObject({ status: "SUCCESS", result: 4, retries: 3 });
    expect(await run("probe.flaky", [3], { options: { max_retries: 1 } })).toMatchObject({
      status: "FAILURE",
      retries: 1,
      error: { type: "ExpectedError" },
    });
  });

  it("shows each state that it went through", async () => {
    const { task_id: id } = await submit("/tasks", {
      task: "probe.flaky",
      args: [1],
      options: { headers: { tenant: "acme" } },
    });
    await ended(id);
    const task = await taskOf(id);
    expect(task.events.map((event) => [event.status, event.attempt])).toEqual([
      ["PENDING", 0],
      ["STARTED", 0],
      ["RETRY", 0],
      ["STARTED", 1],
      ["SUCCESS", 1],
    ]);
    expect(task).toMatchObject({ args: [1], kwargs: {}, options: { headers: { tenant: "acme" } }, result: 2 });
  });

  it("stops a task at its soft limit, which may catch it", async () => {
    const options = { soft_time_limit: 0.2, time_limit: 20 };
    expect(await run("probe.sleep", [30], { options })).toMatchObject({
      status: "FAILURE",
      error: { type: "SoftTimeLimitExceeded" },
    });
    expect(await run("probe.delayed_sum_with_soft_guard", [[1], 30], { options })).toMatchObject({
      status: "SUCCESS",
      result: 0,
    });
  });

  it("kills a busy task at its hard limit, and its worker runs on", async () => {
    expect(await run("probe.spin", [30], { options: { time_limit: 0.5 } })).toMatchObject({
      status: "FAILURE",
      retries: 0,
      error: { type: "TimeLimitExceeded" },
    });
    expect(await run("probe.identity", ["on"])).toMatchObject({ status: "SUCCESS", result: "on" });
  });

  it("fails as WorkerLost where its process ends without a word", async () => {
    expect(await run("probe.crash")).toMatchObject({ status: "FAILURE", error: { type: "WorkerLost" } });
  });

  it("revokes a task that expired before it could start", async () => {
    expect(await run("math.add", [1, 2], { options: { countdown: 2, expires: 1 } })).toMatchObject({
      status: "REVOKED",
      started_at: null,
      runtime: null,
      error: { type: "Expired" },
    });
  });

  it("starts no sooner than its countdown says", async () => {
    const record = await run("probe.identity", [1], { options: { countdown: 2 } });
    expect(Date.parse(record.started_at ?? "") - Date.parse(record.created_at)).toBeGreaterThanOrEqual(1_000);
  });

  it("drops a result that nobody wants", async () => {
    expect(await run("math.add", [1, 2], { options: { ignore_result: true } })).toMatchObject({
      status: "SUCCESS",
      result: null,
    });
  });

  it("hands its result to its links, and its id to those for errors", async () => {
    const linked = await run("math.add", [1, 2], {
      options: {
        link: [
          { task: "math.add", args: [10] },
          { task: "math.mul", args: [3, 3], immutable: true },
        ],
      },
    });
    expect(linked.children).toHaveLength(2);
    const results = await Promise.all(linked.children.map(async (id) => ended(id)));
    expect(new Set(results.map((record) => record.result))).toEqual(new Set([13, 9]));
    expect(results.every((record) => record.parent_id === linked.task_id && record.root_id === linked.task_id)).toBe(
      true,
    );
    const failed = await run("probe.fail", [], {
      options: { link_error: [{ task: "probe.identity" }], link: [{ task: "probe.identity" }] },
    });
    expect(failed.children).toHaveLength(1);
    expect(await ended(failed.children[0] ?? "")).toMatchObject({ result: failed.task_id });
  });
});

describe("payloads of any size", () => {
  it.each([
    ["letters", "x", 3_900_000],
    ["quotes, each two bytes of JSON", '"', 1_900_000],
  ])("travel through S3 where a message or an item cannot carry them: %s", async (_, character, count) => {
    expect(await run("probe.size", [character.repeat(count)])).toMatchObject({ status: "SUCCESS", result: count });
  });

  it("are shown as they were given", async () => {
    const text = "x".repeat(3_900_000);
    const { task_id: id } = await run("probe.size", [text]);
    expect((await taskOf(id)).args).toEqual([text]);
  });

  it("are shown as they were given where quotes make their JSON twice as long, and a function's answer four times", async (context) => {
    needs(context, "base64-answers");
    const text = '"'.repeat(1_900_000);
    const { task_id: id } = await run("probe.size", [text]);
    expect((await taskOf(id)).args).toEqual([text]);
  });

  it("come back in place up to 1 MB, and by a URL above", async () => {
    expect((await run("probe.blob", [1_000_000])).result).toHaveLength(1_000_000);
    const large = await run("probe.blob", [5_000_000]);
    expect(large.result).toBeNull();
    const response = await fetch(large.result_url ?? "");
    expect(z.string().parse(await response.json())).toHaveLength(5_000_000);
  });

  it("fail as ResultTooLarge above 5 MB", async () => {
    expect(await run("probe.blob", [5_300_000])).toMatchObject({
      status: "FAILURE",
      error: { type: "ResultTooLarge" },
    });
  });
});

describe("a batch", () => {
  it("runs independent tasks and answers their ids in order", async () => {
    const tasks = Array.from({ length: 120 }, (_, index) => ({ task: "probe.identity", args: [index] }));
    const answer = await call("POST", "/tasks/batch", { tasks });
    expect(answer.status).toBe(202);
    const { tasks: submitted } = BatchAnswer.parse(answer.json);
    const results = await Promise.all(submitted.slice(-8).map(async ({ task_id: id }) => (await ended(id)).result));
    expect(submitted).toHaveLength(120);
    expect(results).toEqual([112, 113, 114, 115, 116, 117, 118, 119]);
  });
});
