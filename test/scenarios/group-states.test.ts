import { expect, it } from "vitest";
import { GraphAnswer, GroupAnswer, LiveAnswer } from "../../src/core/http/answer-schemas.ts";
import { t, ti } from "../fixtures/canvases.ts";
import { call, settled, submit, taskOf, within } from "./support/api.ts";

/** What each of the three ways to ask says of a group: its state and its counts. */
async function told(id: string): Promise<readonly unknown[]> {
  const group = GroupAnswer.parse((await call("GET", `/result/${id}`)).json);
  const [live] = LiveAnswer.parse((await call("GET", `/live?ids=${id}`)).json).states;
  const { nodes } = GraphAnswer.parse((await call("GET", `/canvases/${id}`)).json);
  const node = nodes.find((each) => each.id === id);
  return [group, live, node].map((state) => [state?.status, state?.completed, state?.failed]);
}

const alike = (...state: unknown[]): unknown[] => [state, state, state];
const later = (x: number): unknown => ({ ...ti("probe.identity", x), options: { countdown: 600 } });
const isRunning = async (id: string | undefined): Promise<void> => {
  await expect.poll(async () => (await taskOf(id ?? "")).status, within(30)).toBe("STARTED");
};

it("a group that waits is PENDING, and STARTED once a member runs, however it is asked for", async () => {
  const { task_id: id, tasks } = await submit("/group", { tasks: [later(1), t("probe.sleep", 8)] });
  await isRunning(tasks[1]?.task_id);
  expect(await told(id)).toEqual(alike("STARTED", 0, 0));
  await call("POST", `/tasks/${tasks[0]?.task_id}/revoke`, {});
  await expect.poll(() => told(id), within(30)).toEqual(alike("STARTED", 0, 1));
  expect(await settled(id)).toMatchObject({ status: "REVOKED" });
  expect(await told(id)).toEqual(alike("REVOKED", 1, 1));
  const waits = await submit("/group", { tasks: [later(1), later(2)] });
  expect(await told(waits.task_id)).toEqual(alike("PENDING", 0, 0));
  await call("POST", `/tasks/${waits.task_id}/revoke`, {});
  expect(await settled(waits.task_id)).toMatchObject({ status: "REVOKED" });
});

it("a group has begun when something has in a canvas that is its member", async () => {
  const chord = { chord: { header: [t("probe.sleep", 6), later(1)], body: t("probe.size") } };
  const { task_id: id, tasks } = await submit("/group", { tasks: [later(1), { chain: [chord, later(2)] }] });
  await isRunning(tasks[1]?.task_id);
  expect(await told(id)).toEqual(alike("STARTED", 0, 0));
  const { nodes } = GraphAnswer.parse((await call("GET", `/canvases/${id}`)).json);
  const states = nodes.filter(({ kind }) => kind !== "task").map(({ kind, status }) => [kind, status]);
  expect(states).toEqual([
    ["group", "STARTED"],
    ["chain", "STARTED"],
    ["chord", "STARTED"],
    ["group", "STARTED"],
  ]);
  await call("POST", `/tasks/${id}/revoke`, { terminate: true });
  expect(await settled(id)).toMatchObject({ status: "REVOKED" });
});

it("a wide group that runs has counts that agree", async () => {
  const quick = Array.from({ length: 30 }, (_, n) => ti("probe.identity", n));
  const { task_id: id } = await submit("/group", { tasks: [...quick, ti("probe.fail"), later(1)] });
  expect((await told(id)).flat().filter((value) => value === "PENDING").length % 3).toBe(0);
  await expect.poll(() => told(id), within(40)).toEqual(alike("STARTED", 30, 1));
  await call("POST", `/tasks/${id}/revoke`, {});
  expect(await settled(id)).toMatchObject({ status: "FAILURE", completed: 30, failed: 2 });
});

it("chains and chords end with what their result ends with", async () => {
  const node = { chain: [{ chord: { header: [ti("probe.identity", 1)], body: t("probe.size") } }, t("math.add", 1)] };
  const { task_id: id } = await submit("/canvas", node);
  await settled(id);
  const fails = await submit("/canvas", { chain: [t("probe.fail"), t("math.add", 1)] });
  await settled(fails.task_id);
  const graphs = await Promise.all([id, fails.task_id].map((each) => call("GET", `/canvases/${each}`)));
  const canvases = graphs.map(({ json }) => GraphAnswer.parse(json).nodes.filter(({ kind }) => kind !== "task"));
  expect(canvases[0]?.map(({ status, error }) => [status, error])).toEqual([
    ["SUCCESS", null],
    ["SUCCESS", null],
    ["SUCCESS", null],
  ]);
  expect(canvases[1]).toMatchObject([{ kind: "chain", status: "FAILURE", error: { type: "ExpectedError" } }]);
  expect(canvases.flat().every(({ done_at: done }) => done !== null)).toBe(true);
});
