import { afterAll, describe, expect, it, vi } from "vitest";
import { t } from "../fixtures/canvases.ts";
import { ended, run, submit, taskOf, within } from "./support/api.ts";
import { Aws } from "./support/aws.ts";
import { needs } from "./support/needs.ts";
import { awsUrl } from "./support/served.ts";

/** The keys that the effects of a task were given, one for each time that it was had. */
async function effectsOf(id: string): Promise<unknown[]> {
  const { children } = await taskOf(id);
  await Promise.all(children.map((child) => ended(child)));
  const tasks = await Promise.all(children.map((child) => taskOf(child)));
  return tasks.map((task) => Object(task.args?.[0])[0]);
}

const threeTimes = (id: unknown): unknown[] => [id, id, id];

describe("an effect that a task has once", () => {
  it.each(["return", "retry"])(
    "happens once, though asked for twice at a time, and by each attempt: %s",
    async (fate) => {
      const { task_id: id } = await submit("/tasks", t("probe.once", 0, 0, fate));
      const record = await ended(id);
      expect(record).toMatchObject({ status: "SUCCESS", retries: fate === "retry" ? 1 : 0 });
      expect(record.children).toHaveLength(1);
      expect(record.result).toEqual(threeTimes(record.children[0]));
    },
  );

  it("happens again where it failed, under the same key", async () => {
    const { task_id: id } = await submit("/tasks", t("probe.once", 0, 0, "throw"));
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", retries: 1 });
    const keys = await effectsOf(id);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("gives back a result that is too large for an item", async () => {
    expect(await run("probe.once_large", [200_000])).toMatchObject({
      status: "SUCCESS",
      retries: 1,
      result: [200_000, "0"],
    });
  });

  it("has a key of its own in each task", async () => {
    const ids = await Promise.all([1, 2].map(() => submit("/tasks", t("probe.once", 0, 0, "return"))));
    const keys = await Promise.all(ids.map(async ({ task_id: id }) => (await ended(id)) && effectsOf(id)));
    expect(new Set(keys.flat()).size).toBe(2);
  });
});

describe.skipIf(awsUrl === "")("an effect of a task to which things happen", () => {
  const aws = new Aws(awsUrl);
  afterAll(() => aws.close());

  const started = (id: string): Promise<void> =>
    vi.waitFor(async () => expect((await taskOf(id)).started_at).not.toBeNull(), within(20));
  /** Sends the message of a task once more. */
  const repeat = (id: string): Promise<void> => aws.send("probe", { op: "run", id, attempt: 0, hops: 0 });
  /** Submits a task that starts in a moment, and sets attributes of its effect before. */
  const submitAfter = async (attributes: Readonly<Record<string, unknown>>): Promise<string> => {
    const { task_id: id } = await submit("/tasks", { ...t("probe.once", 0, 0, "return"), options: { countdown: 3 } });
    await aws.setAttributes(`once#${id}#effect`, { kind: "effect", ...attributes });
    return id;
  };

  it("happens once where the message comes twice", async () => {
    // The second message is hidden for as long as the first may run: not long, for others look at the queue.
    const options = { time_limit: 5 };
    const { task_id: id } = await submit("/tasks", { ...t("probe.once", 0, 1, "return"), options });
    await repeat(id);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS" });
    expect(await effectsOf(id)).toHaveLength(1);
  });

  it("happens once where the environment is lost after it, and another takes the task over", async (context) => {
    needs(context, "tasks-at-once");
    const { task_id: id } = await submit("/tasks", t("probe.once", 0, 4, "return"));
    const effect = await vi.waitFor(async () => {
      const item = await aws.item(`once#${id}#effect`);
      expect(item).toHaveProperty("result");
      return item;
    }, within(20));
    await aws.setAttributes(id, { lease: 0 });
    await repeat(id);
    const record = await ended(id);
    expect(record.children).toHaveLength(1);
    expect(record).toMatchObject({ status: "SUCCESS", result: threeTimes(record.children[0]) });
    expect((await taskOf(id)).events.filter((event) => event.status === "STARTED")).toHaveLength(2);
    expect(await aws.item(`once#${id}#effect`)).toEqual(effect);
  });

  it("does not happen by an attempt that has lost its task", async () => {
    const { task_id: id } = await submit("/tasks", t("probe.once", 2, 0, "return"));
    await started(id);
    await aws.setAttributes(id, { fence: "another", lease: 0 });
    expect(await ended(id)).toMatchObject({ status: "SUCCESS" });
    expect(await effectsOf(id)).toHaveLength(1);
    expect((await taskOf(id)).events.filter((event) => event.status === "STARTED")).toHaveLength(2);
  });

  it("happens again where whoever had it was lost before it was stored", async () => {
    const id = await submitAfter({ fence: "lost", turn: 0 });
    expect(await ended(id)).toMatchObject({ status: "SUCCESS" });
    expect(await effectsOf(id)).toHaveLength(1);
  });

  it("is left to a later attempt that has it", async () => {
    const id = await submitAfter({ fence: "later", turn: 1 });
    expect(await ended(id)).toMatchObject({ status: "FAILURE", error: { type: "ClaimLost" }, children: [] });
  });
});
