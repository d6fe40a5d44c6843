import { describe, expect, it } from "vitest";
import { createTaskLogs } from "../../local/task-logs.ts";
import { queueResource } from "../../packages/embedded-aws/test/support/assembly.ts";
import { startRun } from "../../packages/embedded-aws/test/support/run.ts";

const line = (id: string, message: string): string =>
  JSON.stringify({ level: "INFO", time: "2026-11-22T00:00:00.000Z", message, retries: 1, task_id: id });

describe("the logs of tasks", () => {
  it("are lines by the task that they name, oldest first; other lines are dropped", () => {
    const logs = createTaskLogs();
    logs.add(line("a", "one"));
    logs.add(line("b", "other"));
    logs.add(line("a", "two"));
    logs.add('plain text with "task_id"');
    logs.add('{"message": "no task"}');
    expect(logs.of("a")).toEqual([
      { time: "2026-11-22T00:00:00.000Z", level: "INFO", message: "one", fields: { retries: 1 } },
      { time: "2026-11-22T00:00:00.000Z", level: "INFO", message: "two", fields: { retries: 1 } },
    ]);
    expect(logs.of("c")).toEqual([]);
  });

  it("keep the latest 500 lines of a task, and 50,000 of all, of those that logged last", () => {
    const logs = createTaskLogs();
    for (let n = 0; n < 501; n += 1) logs.add(line("busy", String(n)));
    expect(logs.of("busy")).toHaveLength(500);
    expect(logs.of("busy")[0]?.message).toBe("1");
    for (let n = 0; n < 49_501; n += 1) logs.add(line(`task ${n}`, "x"));
    expect(logs.of("busy")).toEqual([]);
    expect(logs.of("task 0")).toHaveLength(1);
  });
});

describe("the ages of queues", () => {
  it("are those of their oldest messages, and 0 where there is none", async () => {
    const { embedded, send } = await startRun({ A: queueResource("full", {}), B: queueResource("empty", {}) });
    await send("full", "{}");
    await expect.poll(() => embedded.ages()["full"]).toBeGreaterThan(0);
    expect(embedded.ages()["empty"]).toBe(0);
  });
});
