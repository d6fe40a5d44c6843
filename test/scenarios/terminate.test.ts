import { derivedId } from "../../src/aws/ids.ts";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { Ability } from "../../lib/emulator.ts";
import { t, ti } from "../fixtures/canvases.ts";
import { call, ended, endedGroup, submit, taskOf, within } from "./support/api.ts";
import { Aws } from "./support/aws.ts";
import { needs } from "./support/needs.ts";
import { awsUrl } from "./support/served.ts";

/** Seconds that a task runs if nobody stops it: far longer than a test waits. */
const LONG = 600;

const terminate = async (id: string): Promise<void> => {
  expect((await call("POST", `/tasks/${id}/revoke`, { terminate: true })).status).toBe(202);
};
const started = (...ids: readonly (string | undefined)[]): Promise<void> =>
  vi.waitFor(async () => {
    for (const id of ids) expect((await taskOf(id ?? "")).started_at).not.toBeNull();
  }, within(30));
const revoked = { status: "REVOKED", result: null, error: { type: "Revoked" } };

describe("terminating", () => {
  it.each(["probe.sleep", "probe.spin", "probe.command"])("stops a task that runs: %s", async (task) => {
    const { task_id: id } = await submit("/tasks", t(task, LONG));
    await started(id);
    await terminate(id);
    expect(await ended(id)).toMatchObject({ ...revoked, retries: 0, error: { type: "Revoked", task_id: id } });
  });

  it("lets no further attempt of a task start", async () => {
    const { task_id: id } = await submit("/tasks", t("probe.retry_forever", 0.5));
    await started(id);
    await terminate(id);
    expect(await ended(id)).toMatchObject(revoked);
  });

  it("leaves a task its result that ends by itself just then, and one that has ended", async () => {
    const { task_id: id } = await submit("/tasks", t("probe.sleep", 0.3));
    await started(id);
    await terminate(id);
    const record = await ended(id);
    expect(record).toMatchObject({ status: "SUCCESS", result: 0.3 });
    await terminate(id);
    expect(await ended(id)).toEqual(record);
  });

  it("revokes a task that waits, and stops none that takes its place", async () => {
    const { task_id: id } = await submit("/tasks", { ...t("probe.sleep", LONG), options: { countdown: 600 } });
    await terminate(id);
    expect(await ended(id)).toMatchObject({ ...revoked, started_at: null });
  });

  it("stops a member of a header alone: the others go on, and the body is told", async () => {
    const { task_id: body, tasks } = await submit("/chord", {
      header: [t("probe.sleep", LONG), t("probe.identity", 1)],
      body: t("math.tsum"),
    });
    const [member, other] = tasks.map((task) => task.task_id);
    await started(member);
    await terminate(member ?? "");
    expect(await ended(body)).toMatchObject({ status: "FAILURE", error: { type: "ChordError", task_id: member } });
    expect(await ended(other ?? "")).toMatchObject({ status: "SUCCESS" });
    const header = (await taskOf(body)).parent_id ?? "";
    expect(await endedGroup(header)).toMatchObject({ status: "REVOKED", completed: 1, failed: 1 });
  });

  it("stops a step, and what follows it never starts", async () => {
    const { task_id: last, tasks } = await submit("/chain", {
      tasks: [t("probe.sleep", LONG), t("probe.identity"), t("probe.identity")],
    });
    const first = tasks[0]?.task_id ?? "";
    await started(first);
    await terminate(first);
    expect(await ended(last)).toMatchObject({ ...revoked, started_at: null, error: { task_id: first } });
  });

  it("stops all of a canvas that runs, however deep", async (context) => {
    needs(context, "tasks-at-once");
    const { task_id: id, tasks } = await submit("/group", {
      tasks: [
        t("probe.sleep", LONG),
        { chain: [t("probe.sleep", LONG), t("probe.identity")] },
        { chord: { header: [{ chain: [t("probe.identity", 1), ti("probe.sleep", LONG)] }], body: t("math.tsum") } },
        t("probe.identity", 2),
      ],
    });
    const running = tasks.filter((task) => task.task === "probe.sleep").slice(0, 2);
    await started(...running.map((task) => task.task_id));
    await terminate(id);
    expect(await endedGroup(id)).toMatchObject({ status: "REVOKED", error: { type: "Revoked" } });
    for (const task of running) expect(await ended(task.task_id)).toMatchObject(revoked);
    for (const task of tasks) expect((await taskOf(task.task_id)).done_at).not.toBeNull();
  });

  it.for<[what: string, node: object, ...needed: Ability[]]>([
    ["a task", t("probe.sleep", LONG)],
    // The canvas function ends it.
    ["a canvas", { chain: [t("probe.sleep", LONG), t("probe.identity")] }, "queues-at-once"],
  ])("stops what runs in the place of a task: %s", async ([, node, ...needed], context) => {
    needs(context, ...needed);
    const { task_id: id } = await submit("/tasks", t("probe.replace_with", node));
    const inPlace = await vi.waitFor(async () => {
      const { children } = await taskOf(id);
      expect(children).toHaveLength(1);
      return (await taskOf(children[0] ?? "")).parent_id === id ? (children[0] ?? "") : await before(children[0]);
    }, within(30));
    await started(inPlace);
    await terminate(id);
    expect(await ended(inPlace)).toMatchObject(revoked);
    expect(await ended(id)).toMatchObject({ status: "REVOKED", error: { type: "Revoked" } });
  });

  const before = async (id: string | undefined): Promise<string> => (await taskOf(id ?? "")).parent_id ?? "";
});

describe.skipIf(awsUrl === "")("the mark of a task that is to be stopped", () => {
  const aws = new Aws(awsUrl);
  afterAll(() => aws.close());

  /** Submits a task that starts in a moment, and sets attributes of its record before. */
  const submitAs = async (task: string, attributes: Readonly<Record<string, unknown>>): Promise<string> => {
    const { task_id: id } = await submit("/tasks", { ...t(task, 4), options: { countdown: 3 } });
    await aws.setAttributes(id, attributes);
    return id;
  };

  it("keeps it from being run again where its environment was lost", async () => {
    const id = await submitAs("probe.sleep", { status: "STARTED", fence: "lost", lease: 0 });
    await terminate(id);
    expect(await ended(id)).toMatchObject(revoked);
  });

  it("keeps what it replaced itself by from being started where it was not yet: it is there, revoked", async () => {
    const { task_id: id } = await submit("/tasks", { ...t("probe.identity", 4), options: { countdown: 3 } });
    const replacement = derivedId(id, "0", "replacement", "1");
    await aws.setAttributes(id, {
      status: "STARTED",
      fence: "mine",
      replacement: JSON.stringify({
        node: { json: JSON.stringify(t("probe.identity", 1)) },
        top: { id: replacement, task: "probe.identity", result: replacement },
        submission: null,
        at: Date.now(),
      }),
    });
    await terminate(id);
    expect(await ended(id)).toMatchObject(revoked);
    expect(await ended(replacement)).toMatchObject(revoked);
  });

  it("does not outlive the attempt that it was for", async () => {
    const id = await submitAs("probe.sleep", { terminate: true });
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 4 });
    expect(await aws.item(id)).not.toHaveProperty("terminate");
  });
});
