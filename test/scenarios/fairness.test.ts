import { expect, it, vi } from "vitest";
import { BatchAnswer, GroupAnswer } from "../../src/core/http/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { call, ended, endedGroup, submit, taskOf, within } from "./support/api.ts";
import { needs } from "./support/needs.ts";

const BIG = 1_000;
const adds = Array.from({ length: BIG }, (_, n) => t("math.add", n, 1));

it("a task does not wait behind the members of a wide group", async (context) => {
  needs(context, "fair-queues");
  const group = await submit("/group", { tasks: adds });
  const completed = async (): Promise<number> =>
    GroupAnswer.parse((await call("GET", `/result/${group.task_id}`)).json).completed;
  await vi.waitFor(async () => expect(await completed()).toBeGreaterThan(0), within(20));
  const single = await submit("/tasks", t("math.add", 1, 2));
  expect(await ended(single.task_id)).toMatchObject({ status: "SUCCESS", result: 3 });
  expect(await completed()).toBeLessThan(BIG);
  expect(await endedGroup(group.task_id)).toMatchObject({ status: "SUCCESS", completed: BIG });
});

it("a task does not wait behind the tasks of a batch", async (context) => {
  needs(context, "fair-queues");
  const { tasks } = BatchAnswer.parse((await call("POST", "/tasks/batch", { tasks: adds })).json);
  const single = await submit("/tasks", t("math.add", 1, 2));
  expect(await ended(single.task_id)).toMatchObject({ status: "SUCCESS", result: 3 });
  const last = tasks.at(-1)?.task_id ?? "";
  expect((await taskOf(last)).status).toBe("PENDING");
  expect(await ended(last)).toMatchObject({ status: "SUCCESS" });
});
