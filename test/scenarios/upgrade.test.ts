import { afterAll, beforeAll, expect, test } from "vitest";
import { settled, submit, taskOf, useApi } from "./support/api.ts";
import { type OwnStage, startStage } from "./support/stage.ts";

let stage: OwnStage;
beforeAll(async () => {
  stage = await startStage({ auth: "none" });
  useApi(stage.embedded.apiUrl);
});
afterAll(() => stage.stop());

test("canvases that are under way when a stage is deployed anew end as they would have", async () => {
  const sleep = (seconds: number) => ({ task: "probe.sleep", args: [seconds] });
  const add = (by: number) => ({ task: "math.add", args: [by] });
  const chains = await Promise.all([1, 2].map((n) => submit("/chain", { tasks: [sleep(n), add(1), add(1)] })));
  const chord = await submit("/chord", {
    header: [sleep(1), sleep(2), { chain: [sleep(1), add(5)] }],
    body: { task: "math.tsum" },
  });
  const wide = await submit("/group", {
    tasks: Array.from({ length: 30 }, (_, n) => ({ task: "math.add", args: [n, n] })),
  });
  await expect
    .poll(async () => (await taskOf(chains[0]?.tasks[0]?.task_id ?? "")).status, { timeout: 20_000 })
    .toBe("STARTED");

  const changed = await stage.redeploy({
    auth: "none",
    modules: { math: { memory: 1024 }, probe: { memory: 1024 } },
    queueAllowance: 3_600,
  });
  expect(changed.length).toBeGreaterThan(0);

  expect(await Promise.all(chains.map(async ({ task_id: id }) => (await settled(id)).result))).toEqual([3, 4]);
  expect((await settled(chord.task_id)).result).toBe(9);
  expect((await settled(wide.task_id)).result).toEqual(Array.from({ length: 30 }, (_, n) => n + n));
  const after = await submit("/chain", { tasks: [{ task: "math.add", args: [1, 2] }, add(3)] });
  expect((await settled(after.task_id)).result).toBe(6);
});
