import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { t, ti } from "../fixtures/canvases.ts";
import { call, ended, runCanvas, submit, taskOf, useApi } from "./support/api.ts";
import { Aws } from "./support/aws.ts";
import { refusal } from "./support/rig.ts";
import { type OwnStage, startStage } from "./support/stage.ts";

let stage: OwnStage;
let aws: Aws;
/** What functions asked of Step Functions. */
const asked: string[] = [];
/** Whether the next message to a module's queue is refused. */
let refusals = 0;

beforeAll(async () => {
  stage = await startStage(
    { canvas: "direct" },
    {
      guard: (request) => {
        if (request.service === "states" && request.caller !== null) asked.push(request.operation ?? "");
        if (refusals === 0 || request.operation !== "SendMessage" || request.caller === null) return null;
        refusals -= 1;
        return refusal();
      },
    },
  );
  useApi(stage.embedded.apiUrl);
  aws = new Aws(stage.embedded.awsUrl);
});
afterAll(async () => {
  aws.close();
  await stage.stop();
});

const add = (...args: unknown[]): object => t("math.add", ...args);

describe("a chain of tasks on a stage whose canvases are direct", () => {
  it("hands results on, and asks nothing of Step Functions", async () => {
    const before = asked.length;
    const steps = Array.from({ length: 20 }, (_, n) => add(...(n === 0 ? [1, 1] : [1])));
    expect(await runCanvas({ chain: steps })).toMatchObject({ status: "SUCCESS", result: 21 });
    expect(asked.slice(before)).toEqual([]);
  });

  it("fails what comes after a step that failed, as that failed", async () => {
    const { tasks } = await submit("/chain", { tasks: [t("probe.fail"), add(1, 1), add(1)] });
    const [first, second, third] = tasks.map((task) => task.task_id);
    expect(await ended(third ?? "")).toMatchObject({ status: "FAILURE", error: { task_id: first }, started_at: null });
    expect(await ended(second ?? "")).toMatchObject({ status: "FAILURE", started_at: null });
  });

  it("goes on after a retry, and after a step that replaced itself", async () => {
    const node = { chain: [ti("probe.retry_once"), ti("probe.replace_with", { chain: [add(1, 2), add(4)] }), add(5)] };
    expect(await runCanvas(node)).toMatchObject({ status: "SUCCESS", result: 12 });
  });

  it("stops before the step after one that ran while it was revoked", async () => {
    const { task_id: id, tasks } = await submit("/chain", { tasks: [t("probe.sleep", 6), ti("probe.identity", 1)] });
    while ((await taskOf(tasks[0]?.task_id ?? "")).status === "PENDING");
    expect((await call("POST", `/tasks/${id}/revoke`, {})).status).toBe(202);
    expect(await ended(id)).toMatchObject({ status: "REVOKED", started_at: null });
    expect((await ended(tasks[0]?.task_id ?? "")).status).toBe("SUCCESS");
  });

  it("goes on where the message of its next step could not be sent at first", async () => {
    const { task_id: id } = await submit("/chain", { tasks: [t("probe.sleep", 1), ti("probe.identity", 7)] });
    refusals = 1;
    expect(await ended(id, 60)).toMatchObject({ status: "SUCCESS", result: 7 });
    expect(refusals).toBe(0);
  });

  it("ends where the record of its next step is gone", async () => {
    const { task_id: id, tasks } = await submit("/chain", {
      tasks: [t("probe.sleep", 1), add(1, 1), add(1)],
    });
    await aws.deleteItem(tasks[1]?.task_id ?? "");
    expect(await ended(id, 60)).toMatchObject({ status: "FAILURE", error: { type: "WorkerLost" } });
  });

  it("may be resumed, and fails again where its cause is still there", async () => {
    const { task_id: id, tasks } = await submit("/chain", { tasks: [t("probe.fail"), add(1, 1)] });
    const first = tasks[0]?.task_id ?? "";
    await ended(id);
    await vi.waitFor(async () => expect((await call("POST", `/canvases/${id}/resume`, {})).status).toBe(202), 20_000);
    await vi.waitFor(
      async () => expect((await taskOf(first)).events.at(-1)).toMatchObject({ status: "FAILURE", attempt: 1 }),
      20_000,
    );
    expect(await ended(id)).toMatchObject({ status: "FAILURE", error: { task_id: first } });
  });

  it("goes on after its message was lost, once a sweep has found it", async () => {
    const tasks = [add(1, 1), { ...t("probe.identity"), options: { countdown: 3 } }, add(5)];
    const { task_id: id } = await submit("/chain", { tasks });
    await vi.waitFor(async () => expect((await aws.depth("probe")).delayed).toBe(1), { timeout: 20_000 });
    await aws.purge("probe");
    await vi.waitFor(async () => expect((await aws.depth("math")).inFlight).toBe(0), { timeout: 20_000 });
    await aws.sweep();
    expect(await ended(id, 60)).toMatchObject({ status: "SUCCESS", result: 7 });
  });
});

describe("any other canvas on such a stage", () => {
  it("is carried by state machines, and waits for the chains within it", async () => {
    const header = [{ chain: [add(1, 2), add(3)] }, add(4, 5)];
    expect(await runCanvas({ chord: { header, body: t("math.tsum") } })).toMatchObject({ result: 15 });
    expect(asked).toContain("StartExecution");
  });

  it("ends a chord by a chain in its header that fails", async () => {
    const header = [{ chain: [t("probe.fail"), add(3)] }, add(4, 5)];
    const end = await runCanvas({ chord: { header, body: t("math.tsum") } });
    expect(end).toMatchObject({ status: "FAILURE", error: { type: "ChordError" } });
  });
});
