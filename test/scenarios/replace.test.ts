import { afterAll, describe, expect, it, vi } from "vitest";
import { ListAnswer, type TaskAnswer } from "../../src/core/http/answer-schemas.ts";
import type { z } from "zod";
import { t, ti } from "../fixtures/canvases.ts";
import { call, ended, run, runCanvas, settled, submit, taskOf, within } from "./support/api.ts";
import { atOnce } from "./support/at-once.ts";
import { Aws } from "./support/aws.ts";
import { needs } from "./support/needs.ts";
import { awsUrl } from "./support/served.ts";

type Body = Readonly<Record<string, unknown>>;
type Task = z.infer<typeof TaskAnswer>;

const add = (...args: unknown[]): Body => ({ ...t("math.add", ...args) });
const identity = (...args: unknown[]): Body => ({ ...t("probe.identity", ...args) });
const fixed = (x: unknown): Body => ({ ...ti("probe.identity", x) });
const fail: Body = { ...t("probe.fail") };
const tsum: Body = { ...t("math.tsum") };
const addToAll = (...args: unknown[]): Body => ({ ...t("probe.add_to_all", ...args) });
const chain = (...nodes: unknown[]): Body => ({ chain: nodes });
const group = (...nodes: unknown[]): Body => ({ group: nodes });
const chord = (header: unknown[], body: unknown): Body => ({ chord: { header, body } });
/** A task that replaces itself by a node; what it is given goes before that. */
const replaced = (node: unknown, options: Body = {}): Body => ({ ...t("probe.replace_with", node), options });
/** The same, which takes nothing from what comes before it but `x`. */
const replacedWith = (x: unknown, node: unknown): Body => ({ ...ti("probe.replace_with", x, node) });
const twice = chain(identity(), identity());
const fortyTwo = replacedWith(42, twice);
const sums = (x: number, y: number): Body => ({ ...ti("probe.replace_with", add(x, y)) });

/** Celery's cases of replaced tasks (its integration suite has them), and some of what it cannot do. */
const values: readonly [name: string, node: Body, value: unknown][] = [
  [
    "in the middle of a chain in a chain",
    chain(add(2, 2), chain(add(4), replaced(add(8)), add(16), add(32)), group(add(0), add(1))),
    [64, 65],
  ],
  [
    "between two steps, by a chain that takes the first's result",
    chain(identity("Hello "), replaced(twice), add("world")),
    "Hello world",
  ],
  ["alone", fortyTwo, 42],
  ["first in a chain", chain(fortyTwo, identity()), 42],
  ["last in a chain", chain(identity(42), replaced(twice)), 42],
  ["first in a group", group(fortyTwo, fixed(1337)), [42, 1337]],
  ["in the middle of a group", group(fixed(42), replacedWith(1337, twice), fixed(31_337)), [42, 1337, 31_337]],
  ["last in a group", group(fixed(42), replacedWith(1337, twice)), [42, 1337]],
  [
    "in groups of groups, by groups",
    group(...Array.from({ length: 5 }, () => group(addToAll([2, 1], 1), addToAll([4, 3], 1)))),
    Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? [3, 2] : [5, 4])),
  ],
  [
    "as header and body of chords in a chord",
    chord(
      [
        chain(chord([add(1, 2), sums(3, 4)], addToAll(5)), tsum),
        chain(chord([sums(6, 7), add(0, 0)], addToAll(8)), tsum),
      ],
      addToAll(9),
    ),
    [29, 38],
  ],
  ["as a step after a group", chain(add(2, 2), group(add(0), add(1), add(2), add(3)), addToAll(8)), [12, 13, 14, 15]],
  ["as the body of a header of one", chord([add(2, 5)], addToAll(9)), [16]],
  ["by a group of none", chord([], addToAll(9)), []],
  [
    "as the body of chords of chords",
    chord([chord([add(1, 2), add(3, 4)], add([5])), chord([add(6, 7)], add([10]))], addToAll(["A"])),
    [
      [3, 7, 5, "A"],
      [13, 10, "A"],
    ],
  ],
  ["as a header of one", chord([fortyTwo], identity()), [42]],
  [
    "in the middle of a header",
    chord([fixed(42), replacedWith(1337, twice), fixed(31_337)], identity()),
    [42, 1337, 31_337],
  ],
  ["as a body", chord([identity(42)], replaced(twice)), [42]],
  ["first in a body", chord([identity(42)], chain(replaced(twice), identity())), [42]],
  ["in the middle of a body", chord([identity(42)], chain(identity(), replaced(twice), identity())), [42]],
  ["last in a body", chord([identity(42)], chain(identity(), replaced(twice))), [42]],
  ["by what is replaced itself", replaced(replaced(chain(add(1, 1), replaced(add(5))))), 7],
  [
    "among 300 members, of which each is replaced",
    chain(group(...Array.from({ length: 300 }, () => ({ ...ti("probe.replace_with", fixed(1)) }))), tsum),
    300,
  ],
  ["by 300 members", replaced(chain(group(...Array.from({ length: 300 }, () => fixed(1))), tsum)), 300],
  ["by a task that retries", replaced(t("probe.flaky", 2)), 3],
];

const failures: readonly [name: string, node: Body, type: string][] = [
  ["alone", replaced(fail), "ExpectedError"],
  [
    "by a chain whose last step fails",
    chain(identity("a"), replaced(chain(identity(), t("probe.raise_error"))), add("x")),
    "Error",
  ],
  ["in a chain", chain(fixed(1), replaced(fail), fixed(2)), "ExpectedError"],
  ["in a group", group(replaced(fail), fixed(1)), "ExpectedError"],
  ["in a header", chord([fixed(1), replaced(fail)], identity()), "ChordError"],
  ["by a chord whose header fails", replaced(chord([fail, fixed(1)], identity())), "ChordError"],
  ["by what loses its process", replaced(t("probe.crash")), "WorkerLost"],
  ["by a task that is not there", replaced(t("probe.nope")), "InvalidCanvas"],
  ["by a task that does not take its arguments", replaced(t("math.mul", "a", 1)), "InvalidCanvas"],
  ["by a chain of no steps", chain(identity(1), replaced({ chain: [] })), "InvalidCanvas"],
];

describe("a task that replaces itself", () => {
  it("gives the result of what replaced it, wherever it stands", within(240), async () => {
    const got = await atOnce(6, values, async ([name, node]) => [name, (await runCanvas(node, 120)).result]);
    expect(Object.fromEntries(got)).toEqual(Object.fromEntries(values.map(([name, , value]) => [name, value])));
  });

  it("fails as what replaced it, wherever it stands", within(120), async () => {
    const got = await atOnce(6, failures, async ([name, node]) => [name, (await runCanvas(node, 60)).error?.type]);
    expect(Object.fromEntries(got)).toEqual(Object.fromEntries(failures.map(([name, , type]) => [name, type])));
  });

  it("keeps its id and its place, and is the parent of what replaced it", async () => {
    const submitted = await submit(
      "/canvas",
      chain(fixed(1), group(replaced(chain(t("probe.ids"), identity())), fixed(2))),
    );
    const [first, member] = submitted.tasks;
    const { result } = await settled(submitted.task_id);
    const [root, parent] = [submitted.root_id, member?.task_id];
    const task = await taskOf(member?.task_id ?? "");
    expect(task).toMatchObject({
      status: "SUCCESS",
      parent_id: first?.task_id,
      group_id: submitted.task_id,
      group_index: 0,
      root_id: root,
    });
    expect(task.events.map((event) => event.status)).toEqual(["PENDING", "STARTED", "SUCCESS"]);
    // The result before it goes through an identity first.
    const started = (await tasksOf(root)).filter((other) => other.parent_id === parent);
    expect(started).toMatchObject([{ task: "probe.identity", group_id: null, root_id: root }]);
    expect(result).toEqual([[root, started[0]?.task_id, 1], 2]);
    expect(task.children).toHaveLength(1);
    expect(await taskOf(task.children[0] ?? "")).toMatchObject({ task: "probe.identity", result: task.result });
  });

  it("shows in a group's record the root that it shares", async () => {
    const { task_id: id, children } = await run("probe.replace_with", [group(fixed(1), fixed(2))]);
    expect(await settled(children[0] ?? "")).toMatchObject({
      kind: "group",
      root_id: id,
      parent_id: id,
      result: [1, 2],
    });
  });

  it("starts its links once, when what replaced it has ended", async () => {
    const options = { link: [t("probe.collect_ids", "linked")], link_error: [t("probe.size")] };
    const succeeded = await run("probe.replace_with", [replaced(chain(add(1, 1), add(5)))], { options });
    const failed = await run("probe.replace_with", [chain(fixed(1), fail)], { options });
    const linked = await linksOf(succeeded.task_id, "probe.collect_ids");
    expect(linked).toMatchObject([{ parent_id: succeeded.task_id, events: [{}, {}, {}] }]);
    expect((await ended(linked[0]?.task_id ?? "")).result).toEqual([
      7,
      [succeeded.task_id, succeeded.task_id, "linked"],
    ]);
    expect(await linksOf(succeeded.task_id, "probe.size")).toEqual([]);
    expect(await linksOf(failed.task_id, "probe.size")).toMatchObject([
      { args: [failed.task_id], parent_id: failed.task_id, result: 36 },
    ]);
    expect(await linksOf(failed.task_id, "probe.collect_ids")).toEqual([]);
  });

  it("stores nothing of a canvas that cannot run, and names its faults", async () => {
    const record = await run("probe.replace_with", [group(add(1, 2), chain(t("math.mul", "a", 1), t("probe.nope")))]);
    expect(record.error?.message).toMatch(/\/group\/1\/chain\/0\/args\/0 .*; \/group\/1\/chain\/1\/task names no task/);
    expect(await tasksOf(record.task_id)).toHaveLength(1);
  });

  it("may be replaced again and again, but not for ever", within(120), async () => {
    const nested = (times: number): Body =>
      Array.from({ length: times }).reduce<Body>((node) => replaced(node), fixed("end"));
    expect(await runCanvas(nested(30), 60)).toMatchObject({ status: "SUCCESS", result: "end" });
    expect(await runCanvas(nested(101), 100)).toMatchObject({ status: "FAILURE", error: { type: "ReplacedTooOften" } });
  });
});

/** The tasks that share a root, once all of them have ended. */
async function tasksOf(root: string): Promise<z.infer<typeof ListAnswer>["tasks"]> {
  return vi.waitFor(async () => {
    const { tasks } = ListAnswer.parse((await call("GET", `/tasks?root_id=${root}&limit=100`)).json);
    expect(tasks.filter((task) => task.done_at === null)).toEqual([]);
    return tasks;
  }, within(20));
}

async function linksOf(root: string, task: string): Promise<Task[]> {
  const tasks = (await tasksOf(root)).filter((other) => other.task === task);
  return Promise.all(tasks.map((other) => taskOf(other.task_id)));
}

describe("revoking a task that has replaced itself", () => {
  const later = { ...t("probe.identity", 1), options: { countdown: 600 } };

  it("revokes a task that runs in its place, and so itself", async () => {
    const options = { link: [identity()], link_error: [identity()] };
    const { task_id: id } = await submit("/tasks", { ...replaced(later, options) });
    await vi.waitFor(async () => expect((await taskOf(id)).children).toHaveLength(1), within(20));
    const { children } = await taskOf(id);
    expect((await call("POST", `/tasks/${id}/revoke`, {})).status).toBe(202);
    // Its links are not called, and so are no children.
    expect(await ended(id)).toMatchObject({ status: "REVOKED", error: { type: "Revoked" }, children });
  });

  it("revokes a canvas that runs in its place, and what follows it", async () => {
    const submitted = await submit("/canvas", chain(replaced(chain(later, identity())), identity()));
    const [first, last] = submitted.tasks.map((task) => task.task_id);
    await vi.waitFor(async () => expect((await taskOf(first ?? "")).children).toHaveLength(1), within(20));
    expect((await call("POST", `/tasks/${submitted.task_id}/revoke`, {})).status).toBe(202);
    expect(await ended(first ?? "")).toMatchObject({ status: "REVOKED" });
    expect(await ended(last ?? "")).toMatchObject({ status: "REVOKED" });
    const tasks = await tasksOf(submitted.root_id);
    expect(tasks.map((task) => task.status)).toEqual(["REVOKED", "REVOKED", "REVOKED", "REVOKED"]);
  });
});

describe.skipIf(awsUrl === "")("the message of a task that has replaced itself", () => {
  const aws = new Aws(awsUrl);
  afterAll(() => aws.close());

  it("may come again at any time: nothing runs twice, and the step after it runs once", async (context) => {
    needs(context, "history-parameters");
    const submitted = await submit("/canvas", chain(replaced(chain(t("probe.sleep", 1), identity())), add(1)));
    const { root_id: root } = submitted;
    const execution = await vi.waitFor(() => aws.executionOf(root), within(20));
    const first = submitted.tasks[0]?.task_id ?? "";
    await vi.waitFor(async () => expect((await taskOf(first)).children).toHaveLength(1), within(20));
    const [message] = await aws.sentBy(execution.arn);
    if (message === undefined) throw new Error("the machine has sent no message");
    for (let n = 0; n < 3; n += 1) await aws.repeat(message);
    expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: 2 });
    await aws.repeat(message);
    await vi.waitFor(
      async () => expect(await aws.depth("probe")).toMatchObject({ waiting: 0, inFlight: 0 }),
      within(30),
    );
    const tasks = await Promise.all((await tasksOf(root)).map((task) => taskOf(task.task_id)));
    const states = tasks.map((task) => [task.task, task.events.map((event) => event.status).join(" ")]);
    expect(Object.fromEntries(states)).toEqual({
      "probe.replace_with": "PENDING STARTED SUCCESS",
      "probe.sleep": "PENDING STARTED SUCCESS",
      "probe.identity": "PENDING STARTED SUCCESS",
      "math.add": "PENDING STARTED SUCCESS",
    });
    expect(tasks).toHaveLength(4);
    expect(await aws.status(execution.arn)).toBe("SUCCEEDED");
  });

  it("may come again where it has no token", async () => {
    // A short limit: a message that meets a task that runs is hidden until its lease is over.
    const { task_id: id } = await submit("/tasks", {
      ...replaced({ ...t("probe.sleep", 1), options: { time_limit: 2 } }),
    });
    await vi.waitFor(async () => expect((await taskOf(id)).children).toHaveLength(1), within(20));
    for (let n = 0; n < 3; n += 1) await aws.send("probe", { op: "run", id });
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 1 });
    await vi.waitFor(
      async () => expect(await aws.depth("probe")).toMatchObject({ waiting: 0, inFlight: 0 }),
      within(30),
    );
    const tasks = await Promise.all((await tasksOf(id)).map((task) => taskOf(task.task_id)));
    expect(tasks.map((task) => task.events.length)).toEqual([3, 3]);
  });
});
