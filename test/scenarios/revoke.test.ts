import { describe, expect, it, vi } from "vitest";
import { GroupAnswer, SubmissionAnswer } from "../../src/core/http/answer-schemas.ts";
import { call, ended, refused, submit, taskOf } from "./support/api.ts";

const late = { countdown: 600 };
const revoke = async (id: string): Promise<void> => {
  expect((await call("POST", `/tasks/${id}/revoke`, {})).status).toBe(202);
};
const group = async (id: string): Promise<ReturnType<typeof GroupAnswer.parse>> =>
  GroupAnswer.parse((await call("GET", `/result/${id}?wait=20`)).json);
const started = async (id: string): Promise<void> => {
  while (Object(await call("GET", `/result/${id}`)).text.includes('"PENDING"'));
};

describe("revoking", () => {
  it("keeps a task that has not started from ever starting, and its links from being called", async () => {
    const { task_id: id } = await submit("/tasks", {
      task: "math.add",
      args: [1, 2],
      options: { ...late, link: [{ task: "probe.identity" }] },
    });
    await revoke(id);
    expect(await ended(id)).toMatchObject({
      status: "REVOKED",
      started_at: null,
      error: { type: "Revoked", task_id: id },
    });
  });

  it("changes nothing of what has ended, and knows no other ids", async () => {
    const { task_id: id } = await submit("/add", { x: 1, y: 2 });
    await ended(id);
    await revoke(id);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3 });
    await refused(404, "POST", `/tasks/${crypto.randomUUID()}/revoke`, {});
    await refused(400, "POST", `/tasks/${id}/revoke`, { force: true });
  });

  it("revokes what follows a step with the same error", async () => {
    const { tasks } = await submit("/chain", {
      tasks: [
        { task: "math.add", args: [1, 2] },
        { task: "math.add", args: [1], options: late },
        { task: "math.add", args: [1] },
      ],
    });
    const [first, second, third] = tasks.map((task) => task.task_id);
    await ended(first ?? "");
    await revoke(second ?? "");
    expect(await ended(third ?? "")).toMatchObject({ status: "REVOKED", error: { type: "Revoked", task_id: second } });
  });

  it("revokes a whole canvas by the id of its result, leaving what runs to run", async () => {
    const { task_id: id, tasks } = await submit("/chain", {
      tasks: [
        { task: "probe.sleep", args: [2] },
        { group: [{ task: "probe.identity" }, { chain: [{ task: "probe.identity" }, { task: "probe.identity" }] }] },
        { task: "probe.identity" },
      ],
    });
    await started(tasks[0]?.task_id ?? "");
    await revoke(id);
    expect(await ended(id)).toMatchObject({ status: "REVOKED" });
    expect(await ended(tasks[0]?.task_id ?? "")).toMatchObject({ status: "SUCCESS" });
    for (const { task_id: later } of tasks.slice(1))
      expect(await ended(later)).toMatchObject({ status: "REVOKED", started_at: null });
  });

  it("revokes a whole canvas of which nothing has started", async () => {
    const { task_id: id, tasks } = await submit("/chord", {
      header: [
        { task: "math.add", args: [1, 2], options: late },
        { chain: [{ task: "math.add", args: [1, 2], options: late }, { task: "probe.identity" }] },
      ],
      body: { task: "math.tsum" },
    });
    await revoke(id);
    for (const { task_id: each } of tasks) expect(await ended(each)).toMatchObject({ status: "REVOKED" });
    expect(await group(Object(await ended(id)).parent_id)).toMatchObject({
      status: "REVOKED",
      completed: 0,
      failed: 2,
    });
  });

  it("revokes members of a wide group that have no record yet", async () => {
    const members = Array.from({ length: 1_010 }, () => ({ task: "probe.identity", args: [1], options: late }));
    const { task_id: body } = await submit("/chain", { tasks: [{ group: members }, { task: "probe.size" }] });
    const header = (await taskOf(body)).parent_id ?? "";
    await revoke(header);
    expect(await ended(body)).toMatchObject({ status: "FAILURE", error: { type: "ChordError" } });
    expect(await group(header)).toMatchObject({ status: "REVOKED", total: 1_010, failed: 1_010 });
  });

  it("revokes a group by its id, and a member alone without the others", async () => {
    const answer = await call("POST", "/chain", {
      tasks: [
        {
          group: [
            { task: "math.add", args: [1, 2] },
            { task: "math.add", args: [1, 2], options: late },
          ],
        },
        { task: "math.tsum" },
      ],
    });
    const { task_id: body, tasks } = SubmissionAnswer.parse(answer.json);
    await ended(tasks[0]?.task_id ?? "");
    await revoke(tasks[1]?.task_id ?? "");
    const record = await ended(body);
    expect(record).toMatchObject({ status: "FAILURE", error: { type: "ChordError", task_id: tasks[1]?.task_id } });
    expect(await group(record.parent_id ?? "")).toMatchObject({ status: "REVOKED", completed: 1, failed: 1 });

    const whole = await submit("/group", {
      tasks: [
        { task: "math.add", args: [1, 2], options: late },
        { task: "math.add", args: [1, 2], options: late },
      ],
    });
    await revoke(whole.task_id);
    expect(await group(whole.task_id)).toMatchObject({ status: "REVOKED", failed: 2, error: { type: "Revoked" } });
  });

  it("keeps the attempts of a member that waits for its next one", async () => {
    const { task_id: id, tasks } = await submit("/group", { tasks: [{ task: "probe.retry_in", args: [600] }] });
    const member = tasks[0]?.task_id ?? "";
    await vi.waitFor(async () => expect(await taskOf(member)).toMatchObject({ status: "RETRY" }), { timeout: 20_000 });
    await revoke(id);
    await ended(member);
    const { retries, events } = await taskOf(member);
    expect(retries).toBe(1);
    expect(events.map(({ status, attempt }) => [status, attempt]).slice(-2)).toEqual([
      ["RETRY", 0],
      ["REVOKED", 1],
    ]);
  });
});
