import { describe, expect, it, vi } from "vitest";
import { GroupAnswer } from "../../src/core/http/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { call, ended, endedGroup, runCanvas, submit, taskOf, within } from "./support/api.ts";
import { Aws } from "./support/aws.ts";
import { awsUrl } from "./support/served.ts";

const MB = 1_000_000;
const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
const now = async (id: string): Promise<ReturnType<typeof GroupAnswer.parse>> =>
  GroupAnswer.parse((await call("GET", `/result/${id}`)).json);

describe.concurrent("a group's record", () => {
  it("goes from PENDING over STARTED to its end, and counts", async () => {
    const tasks = (options: object) => [
      // It starts after the others, so that they end before it even where tasks run one after the other.
      { ...t("probe.sleep", 3), options: { countdown: 3, ...options } },
      { ...t("probe.fail"), options },
      { chain: [{ ...t("probe.identity", 1), options }, t("math.add", 1)] },
    ];
    const idsOf = (submitted: Awaited<ReturnType<typeof submit>>): string[] =>
      [0, 1, 3].map((index) => submitted.tasks[index]?.task_id ?? "");
    // Nothing of this one starts while it is looked at.
    const waiting = await submit("/group", { tasks: tasks({ countdown: 600 }) });
    expect(await now(waiting.task_id)).toMatchObject({
      status: "PENDING",
      result: null,
      error: null,
      total: 3,
      completed: 0,
      failed: 0,
      children: idsOf(waiting).map((id) => ({ task_id: id, status: "PENDING" })),
      started_at: null,
      done_at: null,
      runtime: null,
    });
    await call("POST", `/tasks/${waiting.task_id}/revoke`, {});

    const submitted = await submit("/group", { tasks: tasks({}) });
    const ids = idsOf(submitted);
    const running = await vi.waitFor(
      async () => {
        const group = await now(submitted.task_id);
        expect(group).toMatchObject({ status: "STARTED", failed: 1, done_at: null, error: null, result: null });
        return group;
      },
      { ...within(20), interval: 20 },
    );
    expect(running.completed).toBeLessThan(3);
    expect(running.children[1]).toEqual({ task_id: ids[1], status: "FAILURE" });
    expect(running.started_at).not.toBeNull();

    const group = await endedGroup(submitted.task_id);
    expect(group).toMatchObject({
      status: "FAILURE",
      result: null,
      error: { type: "ExpectedError", task_id: ids[1] },
      completed: 2,
      failed: 1,
      root_id: submitted.task_id,
      parent_id: null,
      group_id: null,
      group_index: null,
    });
    expect(group.children.map((child) => child.status)).toEqual(["SUCCESS", "FAILURE", "SUCCESS"]);
    expect(group.started_at).not.toBeNull();
    expect(group.runtime).toBeGreaterThanOrEqual(1);
    expect((await call("GET", `/tasks/${submitted.task_id}`)).json).toMatchObject({ kind: "group", status: "FAILURE" });
  });

  it("is there for an empty group, which succeeds with an empty list", async () => {
    const submitted = await submit("/group", { tasks: [] });
    expect(submitted).toMatchObject({ tasks: [], root_id: submitted.task_id });
    expect(await endedGroup(submitted.task_id)).toMatchObject({
      status: "SUCCESS",
      result: [],
      total: 0,
      completed: 0,
      failed: 0,
      children: [],
    });
  });

  it("has a list for a group of one, in a chain as well", async () => {
    expect(await runCanvas({ group: [t("probe.identity", "a")] })).toMatchObject({
      kind: "group",
      result: ["a"],
      total: 1,
    });
    expect(await runCanvas({ chain: [t("probe.identity", "a"), { group: [t("probe.identity")] }] })).toMatchObject({
      result: ["a"],
    });
    expect(await runCanvas({ chain: [{ group: [t("probe.identity", "a")] }, t("probe.identity")] })).toMatchObject({
      kind: "task",
      result: ["a"],
    });
  });

  it("gives an empty header's body an empty list, and an empty group's next step too", async () => {
    expect(await runCanvas({ chord: { header: [], body: t("probe.identity") } })).toMatchObject({ result: [] });
    expect(await runCanvas({ chain: [t("probe.identity", 1), { group: [] }, t("probe.identity")] })).toMatchObject({
      result: [],
    });
    expect(await runCanvas({ group: [{ group: [] }, { chain: [{ group: [] }] }] })).toMatchObject({
      result: [[]],
      total: 1,
    });
  });

  it("has null for a member whose result is ignored", async () => {
    const ignored = { ...t("math.add", 1, 1), options: { ignore_result: true } };
    expect(await runCanvas({ group: [ignored, t("math.add", 2, 2)] })).toMatchObject({
      status: "SUCCESS",
      result: [null, 4],
    });
    expect(await runCanvas({ chain: [ignored, t("probe.identity")] })).toMatchObject({
      status: "SUCCESS",
      result: null,
    });
  });
});

describe("a wide group", () => {
  it("of 300 members has all of their results in order", async () => {
    const submitted = await submit("/group", { tasks: range(300).map((n) => t("probe.identity", n)) });
    expect(submitted.tasks).toHaveLength(300);
    expect(await endedGroup(submitted.task_id)).toMatchObject({
      status: "SUCCESS",
      result: range(300),
      total: 300,
      completed: 300,
      failed: 0,
    });
    expect(await taskOf(submitted.tasks[299]?.task_id ?? "")).toMatchObject({
      args: [299],
      group_index: 299,
      group_id: submitted.task_id,
    });
  });

  it("of 1,100 members, large arguments among them, lists the first 1,000 and carries all", within(120), async () => {
    const text = (n: number): string => "x".repeat(n % 3 === 0 ? 3_600 : n % 7);
    const submitted = await submit("/chord", {
      header: range(1_100).map((n) => t("probe.size", text(n))),
      body: t("probe.identity"),
    });
    expect(submitted.tasks).toHaveLength(1_000);
    const record = await ended(submitted.task_id, 110);
    const results = range(1_100).map((n) => text(n).length);
    expect(record).toMatchObject({ status: "SUCCESS", result: results });
    const group = await endedGroup(record.parent_id ?? "");
    expect(group).toMatchObject({ total: 1_100, completed: 1_100, failed: 0, result: results });
    expect(group.children).toHaveLength(1_000);
    expect(new Set(group.children.map((child) => child.status))).toEqual(new Set(["SUCCESS"]));
    if (awsUrl === "") return;
    const aws = new Aws(awsUrl);
    const { arn } = await aws.executionOf(submitted.root_id);
    // Five chunks, not 1,100 members.
    expect((await aws.history(arn)).length).toBeLessThan(80);
    aws.close();
  });

  it("of nested canvases closes when all of them have ended", async () => {
    const members = range(20).map(
      (n) =>
        [
          { chain: [t("math.add", n, 1), t("math.add", 1)] },
          { chord: { header: [t("math.add", n, 0)], body: t("math.tsum") } },
          { chain: [{ group: [t("probe.identity", n)] }] },
        ][n % 3],
    );
    expect(await runCanvas({ group: members })).toMatchObject({
      status: "SUCCESS",
      result: range(20).map((n) => [n + 2, n, [n]][n % 3]),
      total: 20,
      completed: 20,
    });
  });
});

describe("large results", () => {
  it("travel as a list over 5 MB, which shows as null", async () => {
    const record = await ended(
      (await submit("/chord", { header: range(6).map(() => t("probe.blob", MB)), body: t("probe.size") })).task_id,
    );
    expect(record).toMatchObject({ status: "SUCCESS", result: 6 });
    const header = await endedGroup(record.parent_id ?? "");
    expect(header).toMatchObject({ status: "SUCCESS", result: null, completed: 6 });
    expect(header).not.toHaveProperty("result_url");
  });

  it("travel along a chain and through a chord, and show as a URL above 1 MB", async () => {
    const along = { chain: [t("probe.blob", MB), t("probe.identity"), t("probe.identity"), t("probe.size")] };
    expect(await runCanvas(along)).toMatchObject({ status: "SUCCESS", result: MB });
    const blobs = { chord: { header: [t("probe.blob", MB), t("probe.blob", MB)], body: t("probe.identity") } };
    const record = await runCanvas(blobs);
    expect(record).toMatchObject({ status: "SUCCESS", result: ["x".repeat(MB), "x".repeat(MB)] });
    expect(record.result_url).toBeDefined();
  });
});
