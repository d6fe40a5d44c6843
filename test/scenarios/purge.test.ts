import { afterAll, beforeAll, expect, test } from "vitest";
import { PurgeAnswer } from "../../src/core/http/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { call, refused, settled, submit, taskOf } from "./support/api.ts";
import { type Rig, startRig } from "./support/rig.ts";

// A purge takes what everybody has in a queue, so these have an AWS of their own.
let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

test("a purge revokes what waits in a queue, with what depends on it, and leaves what runs and other queues", async () => {
  const runs = await submit("/tasks", { task: "probe.sleep", args: [5] });
  await expect.poll(async () => (await taskOf(runs.task_id)).status, { timeout: 20_000 }).toBe("STARTED");
  const sleep = { task: "probe.sleep", args: [2] };
  const batch = await call("POST", "/tasks/batch", { tasks: Array.from({ length: 200 }, () => sleep) });
  const chains = await Promise.all(
    Array.from({ length: 5 }, () => submit("/chain", { tasks: [sleep, { task: "math.add", args: [1] }] })),
  );
  expect(batch.status).toBe(202);
  const purged = PurgeAnswer.parse((await call("POST", "/queues/probe/purge", {})).json);
  expect(purged).toMatchObject({ name: "probe", delayed: 0 });
  expect(purged.waiting).toBeGreaterThan(100);
  expect(await settled(runs.task_id)).toMatchObject({ status: "SUCCESS", result: 5 });
  const ends = await Promise.all(chains.map(({ task_id: id }) => settled(id)));
  expect(ends.filter(({ status }) => status === "REVOKED").length).toBeGreaterThan(0);
  expect(ends.filter(({ status }) => status === "REVOKED").every(({ error }) => error?.type === "Revoked")).toBe(true);
  await expect.poll(() => rig.aws.depth("probe"), { timeout: 40_000 }).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
  const listed = await call("GET", "/tasks?queue=probe&status=REVOKED&limit=100");
  expect(listed.text.match(/"Revoked"/g)?.length ?? 0).toBeGreaterThanOrEqual(100);
});

test("a purge revokes what is delayed, in the queue, in Scheduler, and between two attempts", async () => {
  const later = (countdown: number): unknown => ({ ...t("probe.identity", 1), options: { countdown } });
  const [soon, late] = await Promise.all([submit("/tasks", later(300)), submit("/tasks", later(7_200))]);
  const member = await submit("/chain", { tasks: [{ group: [later(400), later(7_300)] }, t("probe.size")] });
  const step = await submit("/chain", { tasks: [t("math.add", 1, 2), later(500), t("probe.size")] });
  const other = await submit("/tasks", { ...t("math.add", 1, 2), options: { countdown: 3 } });
  await expect.poll(async () => (await rig.aws.depth("probe")).delayed, { timeout: 20_000 }).toBeGreaterThan(2);
  expect(PurgeAnswer.parse((await call("POST", "/queues/probe/purge", {})).json).delayed).toBeGreaterThan(2);
  const ids = [soon, late, member, step].flatMap(({ tasks }) => tasks.map(({ task_id: id }) => id));
  const ends = await Promise.all(ids.map((id) => settled(id)));
  expect(ends.map(({ status }) => status)).toEqual([
    "REVOKED",
    "REVOKED",
    "REVOKED",
    "REVOKED",
    "FAILURE",
    "SUCCESS",
    "REVOKED",
    "REVOKED",
  ]);
  expect(await settled(other.task_id)).toMatchObject({ status: "SUCCESS", result: 3 });
});

test("a purge of a queue that there is not is refused", async () => {
  await refused(404, "POST", "/queues/nothing/purge", {});
});
