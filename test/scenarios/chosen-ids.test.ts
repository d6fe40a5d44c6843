import { expect, it } from "vitest";
import { t } from "../fixtures/canvases.ts";
import { call, ended, refused, submit, within } from "./support/api.ts";

/** A task with a link that has an id of the client's choice. */
const linked = (link: string, kind: "link" | "link_error" = "link") => ({
  ...t("math.add", 1, 2),
  options: { [kind]: [{ ...t("math.add", 10), options: { task_id: link } }] },
});

const places = async (path: string, body: unknown): Promise<string[] | undefined> =>
  (await refused(409, "POST", path, body)).errors?.map((error) => error.path);

it("an id that a task has is a 409 with its place, in a link and in a link's link", async () => {
  const { task_id: taken } = await submit("/tasks", t("math.add", 1, 1));
  expect(await places("/tasks", linked(taken))).toEqual(["/options/link/0/options/task_id"]);
  expect(await places("/tasks", { ...t("math.add", 1, 1), options: { task_id: taken } })).toEqual(["/options/task_id"]);
  const deep = { ...t("math.add", 1, 2), options: { link: [t("math.add", 1), linked(taken, "link_error")] } };
  expect(await places("/chain", { tasks: [t("math.add", 1, 1), deep] })).toEqual([
    "/tasks/1/options/link/1/options/link_error/0/options/task_id",
  ]);
  expect(await places("/tasks/batch", { tasks: [t("math.add", 1, 1), linked(taken.toUpperCase())] })).toEqual([
    "/tasks/1/options/link/0/options/task_id",
  ]);
});

it("an id that a link is to have is refused to others, and to the same request twice is not", async () => {
  const link = crypto.randomUUID();
  const node = { ...linked(link), options: { ...linked(link).options, countdown: 2 } };
  const key = { "idempotency-key": crypto.randomUUID() };
  const { task_id: id } = await submit("/tasks", node, key);
  expect((await submit("/tasks", node, key)).task_id).toBe(id);
  expect(await places("/tasks", { ...t("math.add", 1, 1), options: { task_id: link } })).toEqual(["/options/task_id"]);
  expect(await places("/canvas", linked(link))).toEqual(["/options/link/0/options/task_id"]);
  expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3, children: [link] });
  await expect.poll(async () => (await call("GET", `/result/${link}`)).status, within(20)).toBe(200);
  expect(await ended(link)).toMatchObject({ status: "SUCCESS", result: 13 });
  expect((await submit("/tasks", node, key)).task_id).toBe(id);
});

it("one id for two links of a request is a fault", async () => {
  const id = crypto.randomUUID();
  const node = { ...linked(id), options: { ...linked(id).options, ...linked(id, "link_error").options } };
  const path = "/options/link_error/0/options/task_id";
  expect((await refused(400, "POST", "/tasks", node)).errors).toEqual([
    { path, message: "is the id of another task of this request" },
  ]);
  const chain = { tasks: [linked(id), { ...t("math.add", 1), options: { task_id: id } }] };
  expect((await refused(400, "POST", "/chain", chain)).errors?.map((error) => error.path)).toEqual([
    "/tasks/1/options/task_id",
  ]);
});
