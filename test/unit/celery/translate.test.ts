import { describe, expect, it } from "vitest";
import { kombuQueueName, lookUp, ownName } from "../../../src/celery/config.ts";
import { Signature } from "../../../src/celery/signature.ts";
import { isOwn, lastTask, ownId, prepend, translate } from "../../../src/celery/translate.ts";

const CONTEXT = {
  nameOf: (task: string) => (task.startsWith("proj.") ? `math.${task.slice("proj.".length)}` : null),
  trackStarted: false,
};

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const task = (name: string, n: number, more: object = {}): Signature =>
  Signature.parse({ task: name, args: [n], options: { task_id: uuid(n), ...Object(more) } });
const group = (...tasks: readonly Signature[]): Signature =>
  Signature.parse({ task: "celery.group", kwargs: { tasks } });
const chain = (...tasks: readonly Signature[]): Signature =>
  Signature.parse({ task: "celery.chain", kwargs: { tasks } });
const chord = (header: readonly Signature[], body: Signature): Signature =>
  Signature.parse({ task: "celery.chord", kwargs: { header: group(...header), body } });

describe("signatures of Celery", () => {
  it("become nodes with the names and ids that they have here", () => {
    const { node, continuations } = translate([task("proj.add", 1), task("proj.mul", 2)], [], CONTEXT);
    expect(node).toMatchObject({
      chain: [
        { task: "math.add", options: { task_id: uuid(1) }, celery: { next: [uuid(2)], continues: false } },
        { task: "math.mul", options: { task_id: uuid(2) }, celery: { next: [] } },
      ],
    });
    expect(continuations.size).toBe(0);
  });

  it("nest as they do there", () => {
    const nested = chord([task("proj.add", 1), chain(task("proj.add", 2), task("proj.add", 3))], task("proj.tsum", 4));
    expect(translate([nested], [], CONTEXT).node).toMatchObject({
      chord: {
        header: [{ task: "math.add" }, { chain: [{ task: "math.add" }, { task: "math.add" }] }],
        body: { task: "math.tsum" },
      },
    });
  });

  it("are the chain that a client writes into the options of its first task", () => {
    const rest = [group(task("proj.add", 3)), task("proj.add", 2)];
    const body = task("proj.tsum", 1, { chain: rest });
    expect(lastTask(body)).toBeNull();
    expect(translate([body], [], CONTEXT).node).toMatchObject({
      chain: [
        { task: "math.tsum", options: { task_id: uuid(1) } },
        { task: "math.add", options: { task_id: uuid(2) } },
        { group: [{ task: "math.add", options: { task_id: uuid(3) } }] },
      ],
    });
  });

  it("have times as kombu tags them", () => {
    const eta = { __type__: "datetime", __value__: "2026-01-02T03:04:05+00:00" };
    expect(translate([task("proj.add", 1, { eta })], [], CONTEXT).node).toMatchObject({
      options: { eta: "2026-01-02T03:04:05.000Z" },
    });
  });

  it("map a task over its items", () => {
    const map = {
      task: "celery.map",
      kwargs: { task: { task: "proj.add" }, it: [1, 2] },
      options: { task_id: uuid(1) },
    };
    expect(translate([Signature.parse(map)], [], CONTEXT).node).toMatchObject({
      task: "math.add",
      each: "map",
      args: [1, 2],
    });
  });

  it("are followed by what runs elsewhere, after the task that ends them", () => {
    const rest = [task("legacy.add", 3)];
    const { node, continuations } = translate([task("proj.add", 1), task("proj.add", 2)], rest, CONTEXT);
    expect([...continuations.keys()]).toEqual([uuid(2)]);
    expect(continuations.get(uuid(2))).toMatchObject({ chain: rest, chord: null });
    expect(node).toMatchObject({ chain: [{ celery: { continues: false } }, { celery: { continues: true } }] });
  });

  it("tell the chord whose part a client sent by itself, and not one that is translated too", () => {
    const body = task("proj.tsum", 9);
    const part = task("proj.add", 1, { group_id: "group", chord: body });
    expect(translate([part], [], CONTEXT).continuations.get(uuid(1))).toMatchObject({ chord: { group: "group" } });
    expect(translate([chord([part], body)], [], CONTEXT).continuations.size).toBe(0);
  });

  it("keep links that run here, and leave the others to the bridge", () => {
    const links = [task("proj.mul", 2), task("legacy.mul", 3)];
    const { node, continuations } = translate([task("proj.add", 1, { link: links })], [], CONTEXT);
    expect(node).toMatchObject({ options: { link: [{ task: "math.mul" }] } });
    expect(continuations.get(uuid(1))?.callbacks.map((link) => link.task)).toEqual(["legacy.mul"]);
  });

  it("run here only where all in them does", () => {
    expect(isOwn(chord([task("proj.add", 1)], task("proj.add", 2)), CONTEXT)).toBe(true);
    expect(isOwn(chord([task("legacy.add", 1)], task("proj.add", 2)), CONTEXT)).toBe(false);
  });

  it("have their result from the last task, and a group from none", () => {
    expect(lastTask(chain(task("proj.add", 1), chord([], task("proj.add", 2))))?.options.task_id).toBe(uuid(2));
    expect(lastTask(group(task("proj.add", 1)))).toBeNull();
  });

  it("take a result where they begin: a chain in its first task, a header in each, an immutable one nowhere", () => {
    const fixed: Signature = { ...task("proj.add", 3), immutable: true };
    const { kwargs } = prepend(chord([chain(task("proj.add", 1), task("proj.add", 2)), fixed], task("proj.add", 4)), [
      "r",
    ]);
    expect(kwargs["header"]).toMatchObject([{ kwargs: { tasks: [{ args: ["r", 1] }, { args: [2] }] } }, { args: [3] }]);
  });

  it("keep times of Python, which has microseconds, and is naive in UTC", () => {
    const { node } = translate([task("proj.add", 1, { eta: "2026-01-02T03:04:05.123456" })], [], CONTEXT);
    expect(node).toMatchObject({ options: { eta: "2026-01-02T03:04:05.123Z" } });
  });

  it("may have ids that are no UUIDs: the id here derives from them", () => {
    const { node } = translate([task("proj.add", 1, { task_id: "my-id" })], [], CONTEXT);
    expect(node).toMatchObject({ options: { task_id: ownId("my-id") }, celery: { id: "my-id" } });
    expect(ownId("my-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("names", () => {
  it("are looked up whole first, then by the longest pattern", () => {
    const names = { "proj.add": "math.add", "proj.*": "probe.*", "proj.mail.*": "email.*" };
    const valueOf = (name: string) => lookUp(names, name)?.value;
    expect(valueOf("proj.add")).toBe("math.add");
    expect(valueOf("proj.fail")).toBe("probe.fail");
    expect(valueOf("proj.mail.send")).toBe("email.send");
    expect(valueOf("other.add")).toBeUndefined();
  });

  it.each<[string, Record<string, string>, Record<string, string>, string | null]>([
    ["a task of the same name", {}, {}, "math.add"],
    ["a task of that alias", {}, {}, "math.mul"],
    ["what is configured, before an alias", { "old.mul": "math.add" }, {}, "math.add"],
    ["an alias, before a pattern", { "old.*": "probe.*" }, {}, "math.mul"],
    ["an alias, before a pattern of routes", {}, { "old.*": "legacy" }, "math.mul"],
    ["nothing, while its route is there", { "old.mul": "math.mul" }, { "old.mul": "legacy" }, null],
    ["a pattern, before a shorter one of routes", { "old.m*": "math.m*" }, { "old.*": "legacy" }, "math.mul"],
    ["nothing where it is not deployed", { "old.mul": "math.gone" }, {}, null],
  ])("mean %s", (what, tasks, routes, expected) => {
    const own = {
      has: (name: string) => ["math.add", "math.mul"].includes(name),
      aliasOf: (name: string) => (name === "old.mul" ? "math.mul" : null),
    };
    const name = what === "a task of the same name" ? "math.add" : "old.mul";
    expect(ownName({ tasks, routes }, own, name)).toBe(expected);
  });

  it("of queues are changed as kombu changes them", () => {
    expect(kombuQueueName("my.queue")).toBe("my-queue");
    expect(kombuQueueName("a/b:c")).toBe("a_b_c");
    expect(kombuQueueName("orders.fifo")).toBe("orders.fifo");
  });
});
