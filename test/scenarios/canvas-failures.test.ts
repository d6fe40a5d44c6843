import { describe, expect, it, vi } from "vitest";
import type { z } from "zod";
import { ListAnswer, type SubmissionAnswer } from "../../src/core/http/answer-schemas.ts";
import type { Node } from "../../src/core/canvas/node.ts";
import { t } from "../fixtures/canvases.ts";
import { call, ended, endedGroup, runCanvas, settled, submit, within } from "./support/api.ts";

type Submitted = z.infer<typeof SubmissionAnswer>;

const fail = t("probe.fail");
const add = (n: number): Node => t("math.add", n);
const late = { countdown: 2, expires: 1 };
const idOf = (submitted: Submitted, index: number): string => submitted.tasks[index]?.task_id ?? "";

/** One of everything: what follows a failure must be settled with all that is nested in it. */
const everything: readonly Node[] = [
  add(1),
  {
    group: [
      add(2),
      { chain: [add(3), add(4)] },
      { chord: { header: [add(5), { group: [add(6)] }], body: t("math.xsum") } },
    ],
  },
  t("math.xsum"),
  { chord: { header: [{ chain: [add(7), { group: [add(8), add(9)] }] }], body: { chain: [t("math.xsum"), add(1)] } } },
  { group: [add(1), { chain: [add(2), { group: [add(3)] }] }] },
];

/** Records of tasks and groups that were settled without having been started, by an error that came from elsewhere. */
const neverStarted = (error: unknown, status = "FAILURE"): object => ({
  status,
  error,
  result: null,
  started_at: null,
  done_at: expect.any(String),
  runtime: null,
});

/** The ids of the groups that tasks belong to or come after. */
async function groupsOf(tasks: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  const look = async (id: string | null, isGroup: boolean): Promise<void> => {
    if (id === null || found.has(id)) return;
    const record = await settled(id);
    if (record.kind === "group") found.add(id);
    else if (isGroup) throw new Error(`${id} is no group`);
    if (record.kind === "group" || tasks.includes(id)) {
      await look(record.group_id, true);
      await look(record.kind === "group" ? null : record.parent_id, false);
    }
  };
  for (const id of tasks) await look(id, false);
  return [...found];
}

describe.concurrent("a step that fails", () => {
  it.each([
    ["first", 0],
    ["middle", 2],
    ["last", 5],
  ])("ends every later step with all that is nested in it: the %s", async (_name, place) => {
    const steps = [t("probe.identity", 1), ...everything].toSpliced(place, place === 5 ? 1 : 0, fail);
    const submitted = await submit("/chain", { tasks: steps });
    const failing = submitted.tasks.findIndex((task) => task.task === "probe.fail");
    const error = { type: "ExpectedError", message: "Task expected to fail", task_id: idOf(submitted, failing) };

    expect(await settled(submitted.task_id)).toMatchObject({ status: "FAILURE", error });
    const before = submitted.tasks.slice(0, failing).map((task) => task.task_id);
    const after = submitted.tasks.slice(failing + 1).map((task) => task.task_id);
    for (const id of before) expect(await settled(id)).toMatchObject({ status: "SUCCESS", error: null });
    for (const id of after) expect(await settled(id)).toMatchObject(neverStarted(error));
    const nested = (await groupsOf(after)).filter((id) => !before.includes(id));
    for (const id of nested) expect(await endedGroup(id)).toMatchObject({ ...neverStarted(error), completed: 0 });
    expect(nested.length > 0).toBe(place !== 5);
  });

  it("fails the chain that it is nested in, and what follows that", async () => {
    const inner = { chain: [add(1), fail, add(2)] };
    const submitted = await submit("/canvas", {
      chain: [
        t("probe.identity", 0),
        { chord: { header: [], body: { chain: [t("probe.size"), inner, add(3)] } } },
        add(4),
      ],
    });
    const error = { type: "ExpectedError", message: "Task expected to fail", task_id: idOf(submitted, 3) };
    for (const [index, task] of submitted.tasks.entries())
      expect(await settled(task.task_id)).toMatchObject(
        index < 3 ? { status: "SUCCESS" } : { status: "FAILURE", error },
      );
  });

  it.each([
    ["of arguments that do not fit", { ...t("math.mul", "x"), options: {} }, "InvalidArguments"],
    [
      "of its hard limit",
      { ...t("probe.spin", 20), options: { time_limit: 0.3 }, immutable: true },
      "TimeLimitExceeded",
    ],
    [
      "of its soft limit",
      { ...t("probe.sleep", 20), options: { soft_time_limit: 0.1 }, immutable: true },
      "SoftTimeLimitExceeded",
    ],
    ["of its process's end", { ...t("probe.crash"), immutable: true }, "WorkerLost"],
    ["of a result that is no JSON", { ...t("math.mul", 1e308, 10), immutable: true }, "InvalidResult"],
    ["of a result that is too large", { ...t("probe.blob", 5_300_000), immutable: true }, "ResultTooLarge"],
    ["after its retries", { ...t("probe.flaky", 3), options: { max_retries: 1 }, immutable: true }, "ExpectedError"],
  ])("ends what follows, whatever it fails of: %s", async (_name, step, type) => {
    const submitted = await submit("/chain", { tasks: [t("probe.identity", 1), step, add(1)] });
    expect(await settled(submitted.task_id)).toMatchObject(
      neverStarted({ type, message: expect.any(String), task_id: idOf(submitted, 1) }),
    );
  });

  it("ends a later group of any width", async () => {
    const wide = Array.from({ length: 30 }, () => add(1));
    const submitted = await submit("/chain", { tasks: [fail, ...wide, { group: wide }] });
    const error = { type: "ExpectedError", message: "Task expected to fail", task_id: idOf(submitted, 0) };
    expect(await endedGroup(submitted.task_id)).toMatchObject({
      ...neverStarted(error),
      total: 30,
      completed: 0,
      failed: 30,
    });
    for (const { task_id: id } of submitted.tasks.slice(1)) expect(await ended(id)).toMatchObject(neverStarted(error));
  });

  it("that retries first goes on with its result", async () => {
    expect(
      await runCanvas({
        chain: [t("probe.retry_once"), add(1), { group: [{ ...t("probe.flaky", 2), immutable: true }, add(1)] }],
      }),
    ).toMatchObject({ status: "SUCCESS", result: [3, 3] });
  });
});

describe.concurrent("a group's member that fails", () => {
  it("does not stop the others", async () => {
    const submitted = await submit("/group", {
      tasks: [
        t("probe.sleep", 0.5),
        { chain: [add(1), add(2)].toSpliced(0, 1, t("math.add", 1, 1), fail) },
        t("probe.raise_error"),
        { chain: [t("probe.sleep", 0.3), add(1)] },
      ],
    });
    const group = await endedGroup(submitted.task_id);
    const error = { type: "ExpectedError", message: "Task expected to fail", task_id: idOf(submitted, 2) };
    expect(group).toMatchObject({ status: "FAILURE", result: null, error, total: 4, completed: 2, failed: 2 });
    expect(group.children.map((child) => child.status)).toEqual(["SUCCESS", "FAILURE", "FAILURE", "SUCCESS"]);
    expect(await settled(group.children[1]?.task_id ?? "")).toMatchObject(neverStarted(error));
    expect(await settled(group.children[3]?.task_id ?? "")).toMatchObject({ status: "SUCCESS", result: 1.3 });
  });
});

describe.concurrent("a chord whose header fails", () => {
  it("ends its body by a ChordError of the first failure in order, once all of the header has ended", async () => {
    const body = {
      ...t("probe.identity"),
      options: { link: [t("probe.identity")], link_error: [t("probe.identity")] },
    };
    const submitted = await submit("/chord", {
      header: [t("probe.sleep", 0.8), { chain: [t("probe.sleep", 0.5), fail] }, t("probe.raise_error")],
      body,
    });
    const origin = idOf(submitted, 2);
    const error = {
      type: "ChordError",
      message: `Dependency ${origin} raised ExpectedError("Task expected to fail")`,
      task_id: origin,
    };
    const record = await ended(submitted.task_id);
    // Celery calls the body's errback, with the body's id: nobody else tells of the chord.
    expect(record).toMatchObject({ ...neverStarted(error), children: [expect.any(String)] });
    expect(await ended(record.children?.[0] ?? "")).toMatchObject({ status: "SUCCESS", result: submitted.task_id });
    const header = await endedGroup(record.parent_id ?? "");
    expect(header).toMatchObject({
      status: "FAILURE",
      completed: 1,
      failed: 2,
      error: { type: "ExpectedError", task_id: origin },
    });
    const lastEnd = await settled(idOf(submitted, 0));
    expect(Date.parse(record.done_at ?? "")).toBeGreaterThanOrEqual(Date.parse(lastEnd.done_at ?? ""));
    expect(await listed(submitted.root_id)).toHaveLength(6);
  });

  it("gives what follows the body the same ChordError", async () => {
    const submitted = await submit("/chain", {
      tasks: [{ group: [t("probe.identity", 1), fail] }, t("probe.size"), ...everything],
    });
    const origin = idOf(submitted, 1);
    const error = {
      type: "ChordError",
      message: `Dependency ${origin} raised ExpectedError("Task expected to fail")`,
      task_id: origin,
    };
    for (const { task_id: id } of submitted.tasks.slice(2))
      expect(await settled(id)).toMatchObject(neverStarted(error));
    expect(await settled(submitted.task_id)).toMatchObject(neverStarted(error));
  });

  it("names the origin, through chords in headers and as members", async () => {
    const inner = { chord: { header: [fail], body: t("probe.size") } };
    const submitted = await submit("/chord", {
      header: [t("probe.identity", 1), { chain: [inner, add(1)] }],
      body: t("probe.size"),
    });
    const origin = idOf(submitted, 1);
    const first = `Dependency ${origin} raised ExpectedError("Task expected to fail")`;
    expect(await settled(idOf(submitted, 3))).toMatchObject(
      neverStarted({ type: "ChordError", message: first, task_id: origin }),
    );
    const message = `Dependency ${origin} raised ChordError("${first}")`;
    expect(await settled(submitted.task_id)).toMatchObject(
      neverStarted({ type: "ChordError", message, task_id: origin }),
    );
  });
});

describe.concurrent("links in a canvas", () => {
  it("for errors are called once for what failed, a body among it, and never for later steps", async () => {
    const noted = (node: Node): Node => ({
      ...node,
      options: { link_error: [t("probe.identity")], link: [t("probe.identity")] },
    });
    const submitted = await submit("/chain", {
      tasks: [
        noted(t("probe.identity", 1)),
        { group: [noted(fail), noted(t("probe.raise_error")), noted(add(1))] },
        noted(t("probe.size")),
        noted(add(1)),
      ],
    });
    await settled(submitted.task_id);
    const roots = await vi.waitFor(async () => {
      const tasks = await listed(submitted.root_id);
      expect(tasks).toHaveLength(submitted.tasks.length + 5);
      expect(tasks.filter((task) => task.done_at === null)).toEqual([]);
      return tasks;
    }, within(10));
    const called = roots.filter((task) => !submitted.tasks.some((planned) => planned.task_id === task.task_id));
    const results = await Promise.all(called.map(async (task) => [task.parent_id, (await ended(task.task_id)).result]));
    const [one, two, three, four, body] = submitted.tasks.map((task) => task.task_id);
    expect(new Map(results.map(([parent, result]) => [String(parent), result]))).toEqual(
      new Map(
        [
          [one, 1],
          [two, two],
          [three, three],
          [four, 2],
          [body, body],
        ].map(([parent, result]) => [String(parent), result]),
      ),
    );
    for (const task of submitted.tasks.slice(5))
      expect(await ended(task.task_id)).toMatchObject({ status: "FAILURE", children: [] });
  });
});

describe.concurrent("a part that expires before it starts", () => {
  it("revokes every later step with the same error", async () => {
    const submitted = await submit("/chain", {
      tasks: [t("probe.identity", 1), { ...t("math.add", 1), options: late }, ...everything],
    });
    const error = { type: "Expired", message: expect.any(String), task_id: idOf(submitted, 1) };
    expect(await settled(submitted.task_id)).toMatchObject(neverStarted(error, "REVOKED"));
    for (const { task_id: id } of submitted.tasks.slice(1))
      expect(await settled(id)).toMatchObject(neverStarted(error, "REVOKED"));
  });

  it("revokes its group where nothing failed, and fails the body of its chord", async () => {
    const expiring = { ...t("math.add", 1, 1), options: late };
    const group = submit("/group", { tasks: [t("probe.identity", 1), expiring] });
    const chord = submit("/chord", { header: [expiring, fail], body: t("probe.size") });
    const { task_id: id } = await group;
    expect(await endedGroup(id)).toMatchObject({
      status: "REVOKED",
      completed: 1,
      failed: 1,
      error: { type: "Expired" },
    });

    const submitted = await chord;
    const origin = idOf(submitted, 0);
    const body = await ended(submitted.task_id);
    expect(body).toMatchObject(
      neverStarted({
        type: "ChordError",
        message: expect.stringContaining(`Dependency ${origin} raised Expired("`),
        task_id: origin,
      }),
    );
    // Over the group itself the first that failed decides.
    expect(await endedGroup(body.parent_id ?? "")).toMatchObject({
      status: "FAILURE",
      completed: 0,
      failed: 2,
      error: { type: "ExpectedError", task_id: idOf(submitted, 1) },
    });
  });
});

/** The tasks of a root, which are few. */
async function listed(root: string): Promise<z.infer<typeof ListAnswer>["tasks"]> {
  return ListAnswer.parse((await call("GET", `/tasks?root_id=${root}&limit=100`)).json).tasks;
}
