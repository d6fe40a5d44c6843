import { describe, expect, it } from "vitest";
import { t } from "../fixtures/canvases.ts";
import { run, runCanvas } from "./support/api.ts";

const limit = (node: ReturnType<typeof t>, seconds: number): ReturnType<typeof t> => ({
  ...node,
  options: { time_limit: seconds },
});

describe("the hard limit", () => {
  it("ends a task of a minute after its 2 s, within one more, and the queue's next task runs well", async () => {
    const record = await run("probe.spin", [60], { options: { time_limit: 2 } });
    expect(record).toMatchObject({ status: "FAILURE", retries: 0, error: { type: "TimeLimitExceeded" } });
    expect(record.runtime).toBeGreaterThanOrEqual(2);
    expect(record.runtime).toBeLessThan(3);
    expect(await run("probe.identity", ["on"])).toMatchObject({ status: "SUCCESS", result: "on" });
  });

  it.each([
    ["a busy loop", "probe.spin"],
    ["JSON.parse", "probe.parse"],
    ["a child process that is waited for", "probe.command"],
    ["a wait", "probe.sleep"],
  ])("ends %s", async (_what, task) => {
    expect(await run(task, [60], { options: { time_limit: 1 } })).toMatchObject({
      status: "FAILURE",
      retries: 0,
      error: { type: "TimeLimitExceeded" },
    });
  });

  it("is told to what follows at once: in a chain, a group and a chord", async () => {
    const late = limit(t("probe.spin", 60), 1);
    const error = { type: "TimeLimitExceeded" };
    const [chain, group, chord] = await Promise.all([
      runCanvas({ chain: [late, t("probe.identity")] }),
      runCanvas({ group: [t("math.add", 1, 1), late] }),
      runCanvas({ chord: { header: [t("math.add", 1, 1), late], body: t("math.tsum") } }),
    ]);
    expect(chain).toMatchObject({ status: "FAILURE", error });
    expect(group).toMatchObject({ status: "FAILURE", error, completed: 1, failed: 1 });
    expect(chord).toMatchObject({ status: "FAILURE", error: { type: "ChordError" } });
  });
});

describe("a task whose process ends without a word", () => {
  it.each(["exit", "throw", "segfault", "memory"])("fails as WorkerLost, and the next runs well: %s", async (how) => {
    expect(await run("probe.die", [how])).toMatchObject({
      status: "FAILURE",
      retries: 0,
      error: { type: "WorkerLost" },
    });
    expect(await run("probe.identity", ["on"])).toMatchObject({ status: "SUCCESS", result: "on" });
  });

  it("fails what follows at once: in a chain, a group and a chord", async () => {
    const dies = t("probe.die", "segfault");
    const error = { type: "WorkerLost" };
    const [chain, group, chord] = await Promise.all([
      runCanvas({ chain: [dies, t("probe.identity")] }),
      runCanvas({ group: [t("math.add", 1, 1), dies] }),
      runCanvas({ chord: { header: [dies], body: t("math.tsum") } }),
    ]);
    expect(chain).toMatchObject({ status: "FAILURE", error });
    expect(group).toMatchObject({ status: "FAILURE", error, completed: 1, failed: 1 });
    expect(chord).toMatchObject({ status: "FAILURE", error: { type: "ChordError" } });
  });
});
