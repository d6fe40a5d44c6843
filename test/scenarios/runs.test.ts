import { once } from "node:events";
import { type Server, createServer } from "node:http";
import { type TestContext, describe, expect, inject, it, vi } from "vitest";
import type { TaskNode } from "../../src/core/canvas/signature.ts";
import { BulkAnswer, ResumeAnswer, RunsAnswer } from "../../src/core/http/answer-schemas.ts";
import { t, ti } from "../fixtures/canvases.ts";
import { call, ended, endedGroup, refused, run, runCanvas, settled, submit, taskOf, within } from "./support/api.ts";

type Run = RunsAnswer["canvases"][number];

const runs = async (query = ""): Promise<Run[]> => {
  const answer = await call("GET", `/canvases${query}`);
  expect(answer.text).toContain("canvases");
  return RunsAnswer.parse(answer.json).canvases;
};

/** The run of a result, once it is as expected. */
const runOf = (id: string, expected: Partial<Run>): Promise<void> =>
  vi.waitFor(async () => {
    const found = (await runs()).find((one) => one.task_id === id);
    expect(found).toMatchObject(expected);
  }, within(20));

const resume = async (id: string): Promise<ResumeAnswer> => {
  const answer = await call("POST", `/canvases/${id}/resume`, {});
  expect(answer.text).toContain("resumed");
  return ResumeAnswer.parse(answer.json);
};

/** A task that fails for as long as a server on this machine does not listen. */
interface Repairable {
  readonly node: TaskNode;
  readonly repair: () => Promise<void>;
}

async function repairable(test: TestContext): Promise<Repairable> {
  const server = createServer((_req, res) => res.end("{}"));
  test.onTestFinished(() => void server.close());
  const port = await listenAt(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return { node: ti("probe.effect", port), repair: async () => void (await listenAt(server, port)) };
}

async function listenAt(server: Server, port: number): Promise<number> {
  await once(server.listen(port, "127.0.0.1"), "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("the runs of canvases", () => {
  it("are listed with their shape, state, counts and duration, newest first", async () => {
    const chain = await submit("/chain", { tasks: [t("math.add", 1, 1), t("math.add", 2)] });
    await ended(chain.task_id);
    await runOf(chain.task_id, {
      root_id: chain.root_id,
      name: null,
      kind: "chain",
      shape: "math.add × 2",
      status: "SUCCESS",
      error: null,
      submitted_by: null,
      origin: "api",
      total: 2,
      completed: 2,
      failed: 0,
      running: 0,
    });
    const failed = await submit("/chord", {
      header: [...Array.from({ length: 14 }, () => t("math.add", 1, 1)), t("probe.fail")],
      body: t("math.xsum"),
    });
    expect(await ended(failed.task_id)).toMatchObject({ status: "FAILURE" });
    await runOf(failed.task_id, { status: "FAILURE", total: 16, completed: 14, failed: 2, kind: "chord" });
    const all = await runs();
    expect(all.findIndex((one) => one.task_id === failed.task_id)).toBeLessThan(
      all.findIndex((one) => one.task_id === chain.task_id),
    );
    expect(all.every((one) => (one.duration ?? 0) < 600)).toBe(true);
    const onlyFailed = await runs("?status=FAILURE");
    expect(onlyFailed.map((one) => one.task_id)).toContain(failed.task_id);
    expect(onlyFailed.map((one) => one.task_id)).not.toContain(chain.task_id);
    expect((await runs("?text=xsum")).every((one) => one.shape.includes("xsum"))).toBe(true);
  });

  it("have a state of their own: what waits for its first task is pending, then started", async () => {
    const tasks = [{ ...t("math.add", 1, 1), options: { countdown: 600 } }, t("math.add", 2)];
    const waiting = await submit("/chain", { tasks });
    await runOf(waiting.task_id, { status: "PENDING", total: 2, running: 0, done_at: null });
    const running = await submit("/chain", {
      tasks: [t("probe.sleep", 3), { ...t("math.add", 1, 1), immutable: true }],
    });
    await runOf(running.task_id, { status: "STARTED", running: 1 });
    await call("POST", `/tasks/${waiting.task_id}/revoke`, {});
    await runOf(waiting.task_id, { status: "REVOKED", failed: 2 });
    expect(await ended(running.task_id)).toMatchObject({ status: "SUCCESS" });
  });

  it("come a page at a time, and a workflow's by its name", async () => {
    const { task_id: id } = await submit("/workflows/etl", { args: ["name,qty\napple,3\n"] });
    await settled(id);
    await vi.waitFor(async () => expect((await runs("?name=etl")).map((one) => one.task_id)).toContain(id), within(20));
    const first = RunsAnswer.parse((await call("GET", "/canvases?limit=1")).json);
    expect(first.canvases).toHaveLength(1);
    const second = RunsAnswer.parse((await call("GET", `/canvases?limit=1&cursor=${first.cursor}`)).json);
    expect(second.canvases[0]?.task_id).not.toBe(first.canvases[0]?.task_id);
    await refused(400, "GET", "/canvases?status=DONE");
    await refused(400, "GET", "/canvases?cursor=nonsense");
  });

  it("can be had as the node that was submitted", async () => {
    const node = { chain: [t("math.add", 1, 1), { group: [t("math.add", 2), t("math.mul", 3)] }, t("math.xsum")] };
    const { task_id: id } = await submit("/canvas", node);
    await ended(id);
    const answer = await call("GET", `/canvases/${id}/node`);
    expect(answer.json).toEqual({
      task_id: id,
      node: {
        chain: [
          { task: "math.add", args: [1, 1] },
          {
            chord: {
              header: [
                { task: "math.add", args: [2] },
                { task: "math.mul", args: [3] },
              ],
              body: { task: "math.xsum", args: [] },
            },
          },
        ],
      },
    });
    const again = await runCanvas(z(answer.json));
    expect(again).toMatchObject({ status: "SUCCESS", result: 10 });
  });
});

function z(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && "node" in json ? Object(json.node) : {};
}

// What makes a task fail is on this machine.
describe.skipIf(inject("assembly") === "")("a canvas that failed", () => {
  it("goes on from the step that failed: what succeeded is kept, and ids stay", async (test) => {
    const { node, repair } = await repairable(test);
    const tasks = [t("math.add", 1, 1), node, ti("math.add", 40, 2)];
    const submitted = await submit("/chain", { tasks });
    expect(await ended(submitted.task_id)).toMatchObject({ status: "FAILURE" });
    await runOf(submitted.task_id, { status: "FAILURE" });
    await repair();
    expect(await resume(submitted.task_id)).toEqual({ task_id: submitted.task_id, resumed: 2, kept: 1 });
    await vi.waitFor(
      async () => expect(await taskOf(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: 42 }),
      within(30),
    );
    const [first, second] = submitted.tasks;
    expect((await taskOf(first?.task_id ?? "")).events.filter(({ status }) => status === "STARTED")).toHaveLength(1);
    const events = (await taskOf(second?.task_id ?? "")).events;
    expect(events.map(({ status }) => status)).toEqual([
      "PENDING",
      "STARTED",
      "FAILURE",
      "RESUMED",
      "STARTED",
      "SUCCESS",
    ]);
    await runOf(submitted.task_id, { status: "SUCCESS", completed: 3, failed: 0 });
  });

  it("runs the members of a wide header that failed, and then its body", async (test) => {
    const { node, repair } = await repairable(test);
    const header = [...Array.from({ length: 30 }, () => t("math.add", 1, 1)), node];
    const submitted = await submit("/chord", { header, body: t("probe.size") });
    expect(await ended(submitted.task_id)).toMatchObject({ error: { type: "ChordError" } });
    await runOf(submitted.task_id, { status: "FAILURE" });
    await repair();
    expect(await resume(submitted.task_id)).toMatchObject({ resumed: 2, kept: 30 });
    await vi.waitFor(async () => expect(await taskOf(submitted.task_id)).toMatchObject({ result: 31 }), within(40));
    const [group] = submitted.tasks;
    expect(await endedGroup(group?.group_id ?? "")).toMatchObject({ status: "SUCCESS", completed: 31, failed: 0 });
  });

  it("goes on within nested canvases, and fails again where its cause is still there", async (test) => {
    const { node, repair } = await repairable(test);
    const inner = { chain: [t("math.add", 1), node, ti("math.add", 1, 1)] };
    const outer = { chain: [t("math.add", 1, 1), { group: [inner, t("math.add", 5)] }, t("math.xsum")] };
    const submitted = await submit("/canvas", outer);
    expect(await ended(submitted.task_id)).toMatchObject({ status: "FAILURE" });
    await runOf(submitted.task_id, { status: "FAILURE" });
    await repair();
    await resume(submitted.task_id);
    await vi.waitFor(
      async () => expect(await taskOf(submitted.task_id)).toMatchObject({ status: "SUCCESS" }),
      within(40),
    );
    const always = await submit("/chain", { tasks: [t("probe.fail"), t("math.add", 1)] });
    await ended(always.task_id);
    await runOf(always.task_id, { status: "FAILURE" });
    await resume(always.task_id);
    await runOf(always.task_id, { status: "FAILURE", failed: 2 });
    expect((await taskOf(always.tasks[0]?.task_id ?? "")).events.at(-1)).toMatchObject({
      status: "FAILURE",
      attempt: 1,
    });
  });

  it("is not resumed while it runs, where all is well, or where there is no canvas", async () => {
    const running = await submit("/chain", { tasks: [t("probe.sleep", 2), t("probe.identity")] });
    await refused(409, "POST", `/canvases/${running.task_id}/resume`, {});
    await ended(running.task_id);
    await runOf(running.task_id, { status: "SUCCESS" });
    await refused(409, "POST", `/canvases/${running.task_id}/resume`, {});
    const lone = await run("probe.fail", []);
    await refused(409, "POST", `/canvases/${lone.task_id}/resume`, {});
  });
});

describe("many tasks", () => {
  const bulk = async (body: object): Promise<BulkAnswer> => {
    const answer = await call("POST", "/tasks/bulk", body);
    expect(answer.text).toContain("matched");
    return BulkAnswer.parse(answer.json);
  };

  it("are counted, retried, revoked and forgotten by a filter", async () => {
    const word = `w${crypto.randomUUID().slice(0, 8)}`;
    const failed = await Promise.all([1, 2, 3].map(() => run("probe.fail", [word])));
    await run("probe.identity", [word]);
    const filter = { text: word };
    expect(await bulk({ action: "retry", filter, dry_run: true })).toMatchObject({ matched: 3, done: 0 });
    expect(await bulk({ action: "retry", filter })).toMatchObject({ matched: 3, done: 3, refused: [], cursor: null });
    await vi.waitFor(
      async () => expect(await bulk({ action: "forget", filter, dry_run: true })).toMatchObject({ matched: 7 }),
      within(20),
    );
    const { cursor, done } = await bulk({ action: "forget", filter, limit: 2 });
    expect(done).toBe(2);
    expect(await bulk({ action: "forget", filter, ...(cursor === null ? {} : { cursor }) })).toMatchObject({ done: 5 });
    expect((await call("GET", `/tasks/${failed[0]?.task_id}`)).status).toBe(404);
    const waiting = { ...t("math.add", 1, 1), options: { countdown: 600, headers: { word } } };
    const ids = await Promise.all([1, 2].map(async () => (await submit("/tasks", waiting)).task_id));
    expect(await bulk({ action: "revoke", task_ids: ids })).toMatchObject({ matched: 2, done: 2 });
    expect(await ended(ids[0] ?? "")).toMatchObject({ status: "REVOKED" });
    expect(await bulk({ action: "revoke", task_ids: ids })).toMatchObject({ matched: 0, done: 0 });
  });

  it("need a filter or ids, and a status that is one", async () => {
    await refused(400, "POST", "/tasks/bulk", { action: "retry" });
    await refused(400, "POST", "/tasks/bulk", { action: "retry", filter: {}, task_ids: [crypto.randomUUID()] });
    await refused(400, "POST", "/tasks/bulk", { action: "retry", filter: { status: "failed" } });
    await refused(400, "GET", "/tasks?status=failed");
  });
});
