import { describe, expect, it, vi } from "vitest";
import { ListAnswer } from "../../src/core/http/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { call, ended, endedGroup, refused, run, submit, taskOf, within } from "./support/api.ts";

const is = (id: string, status: string): Promise<void> =>
  vi.waitFor(async () => expect((await taskOf(id)).status).toBe(status), within(20));

describe("a state of a task's own", () => {
  it("is its status while it runs, is listed by it, and is among its events", async () => {
    const { task_id: id } = await submit("/tasks", t("probe.update_state", ["UPLOADING"], 2));
    await is(id, "UPLOADING");
    expect(await taskOf(id)).toMatchObject({ progress: { current: 1, total: 1, message: null }, done_at: null });
    const { tasks } = ListAnswer.parse((await call("GET", "/tasks?status=UPLOADING")).json);
    expect(tasks.map((task) => task.task_id)).toEqual([id]);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", progress: { current: 1, total: 1 } });
    expect((await taskOf(id)).events.map((event) => event.status)).toEqual([
      "PENDING",
      "STARTED",
      "UPLOADING",
      "SUCCESS",
    ]);
  });

  it("gives way to the next, but is written once a second at the most", async () => {
    const states = Array.from({ length: 20 }, (_, n) => `STATE_${n}`);
    const { task_id: id } = await submit("/tasks", t("probe.update_state", states, 0.1));
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", progress: { current: 20 } });
    const seen = (await taskOf(id)).events.map((event) => event.status).filter((status) => status.startsWith("STATE_"));
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.length).toBeLessThan(20);
  });

  it("may be asked for once a task has been in it; what none was ever in is a fault", async () => {
    await run("probe.update_state", [["SIGNING"], 0.1]);
    expect((await call("GET", "/tasks?status=SIGNING")).status).toBe(200);
    for (const status of ["SINGING", "success", "FAILED", "SUCESS"]) {
      const { errors } = await refused(400, "GET", `/tasks?status=${status}`);
      expect(errors).toMatchObject([{ path: "/status", message: expect.stringContaining("SUCCESS") }]);
    }
    for (const status of ["PENDING", "STARTED", "PROGRESS", "RETRY", "SUCCESS", "FAILURE", "REVOKED"])
      expect((await call("GET", `/tasks?status=${status}&limit=1`)).status).toBe(200);
  });

  it.each(["SUCCESS", "RETRY", "uploading"])("a state of a task's own may not be %s", async (state) => {
    expect(await run("probe.update_state", [[state], 0])).toMatchObject({
      status: "FAILURE",
      error: { type: "TypeError", message: expect.stringContaining(state) },
    });
  });

  it("counts as running: for its group, for revoking, and for terminating", async () => {
    const { task_id: id, tasks } = await submit("/group", {
      tasks: [t("probe.update_state", ["UPLOADING"], 600), t("probe.identity", 1)],
    });
    const [member] = tasks.map((task) => task.task_id);
    await is(member ?? "", "UPLOADING");
    expect((await call("GET", `/result/${id}`)).json).toMatchObject({ status: "STARTED" });
    expect((await call("POST", `/tasks/${member}/revoke`, {})).status).toBe(202);
    expect(await taskOf(member ?? "")).toMatchObject({ status: "UPLOADING", done_at: null });
    expect((await call("POST", `/tasks/${member}/revoke`, { terminate: true })).status).toBe(202);
    expect(await endedGroup(id)).toMatchObject({ status: "REVOKED", completed: 1, failed: 1 });
  });
});
