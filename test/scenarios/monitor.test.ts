import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { GraphAnswer, LiveAnswer, MembersAnswer, SearchAnswer } from "../../src/core/http/answer-schemas.ts";
import { call, ended, refused, run, settled, submit, within } from "./support/api.ts";
import { needs } from "./support/needs.ts";

const add = (x: number, y: number) => ({ task: "math.add", args: [x, y] });

const graphOf = async (id: string): Promise<z.infer<typeof GraphAnswer>> =>
  GraphAnswer.parse((await call("GET", `/canvases/${id}`)).json);

const look = async (query: string): Promise<z.infer<typeof LiveAnswer>> =>
  LiveAnswer.parse((await call("GET", `/live?${query}`)).json);

const search = async (query: string): Promise<z.infer<typeof SearchAnswer>> =>
  SearchAnswer.parse((await call("GET", `/search?${query}`)).json);

/** A graph's nodes in few words: what stands in what, as what. */
const shapeOf = ({ nodes }: z.infer<typeof GraphAnswer>): string[] => {
  const names = new Map(nodes.map((node) => [node.id, node.task ?? node.kind]));
  return nodes.map((node) => `${names.get(node.in ?? "") ?? "-"}/${node.role}${node.index}:${names.get(node.id)}`);
};

describe("the graph of a submission", () => {
  it("has every canvas and task of it, each in the canvas around it, with its state", async () => {
    const { task_id: id, root_id: root } = await submit("/canvas", {
      chain: [
        add(1, 2),
        {
          group: [
            { task: "probe.identity" },
            {
              chain: [
                { task: "math.add", args: [1] },
                { task: "math.mul", args: [5] },
              ],
            },
          ],
        },
        { task: "math.xsum" },
      ],
    });
    await settled(id);
    const graph = await graphOf(id);
    expect(shapeOf(graph)).toEqual([
      "-/top0:chain",
      "chain/step0:math.add",
      "chain/step1:chord",
      "chord/header0:group",
      "chord/body1:math.xsum",
      "group/member0:probe.identity",
      "group/member1:chain",
      "chain/step0:math.add",
      "chain/step1:math.mul",
    ]);
    expect(graph).toMatchObject({ task_id: id, result_id: id, root_id: root });
    expect(new Set(graph.nodes.filter((node) => node.kind === "task").map((node) => node.status))).toEqual(
      new Set(["SUCCESS"]),
    );
    expect(graph.nodes.find((node) => node.kind === "group")).toMatchObject({
      status: "SUCCESS",
      total: 2,
      completed: 2,
    });
  });

  it("is the same for whatever is asked for of it", async () => {
    const { task_id: id, tasks } = await submit("/chain", { tasks: [add(1, 2), { task: "math.mul", args: [2] }] });
    await settled(id);
    const [first] = tasks;
    expect((await graphOf(first?.task_id ?? "")).nodes).toEqual((await graphOf(id)).nodes);
  });

  it("of a lone task is that task, with what it has started", async () => {
    const { task_id: id } = await submit("/tasks", {
      ...add(1, 2),
      options: { link: [{ task: "math.mul", args: [3] }] },
    });
    await ended(id);
    expect(shapeOf(await graphOf(id))).toEqual(["-/top0:math.add", "math.add/link0:math.mul"]);
  });

  it("shows what runs in a task's place", async () => {
    const { task_id: id } = await submit("/tasks", { task: "probe.add_to_all", args: [[1, 2], 10] });
    await settled(id);
    expect(shapeOf(await graphOf(id))).toEqual([
      "-/top0:probe.add_to_all",
      "probe.add_to_all/replacement0:group",
      "group/member0:math.add",
      "group/member1:math.add",
    ]);
  });

  it("has a wide group as one node with its counts, whose members come in pages", async () => {
    const header = [...Array.from({ length: 59 }, (_, n) => add(n, 1)), { task: "probe.fail" }];
    const { task_id: id } = await submit("/chord", { header, body: { task: "math.tsum" } });
    await settled(id);
    const { nodes } = await graphOf(id);
    const group = nodes.find((node) => node.kind === "group");
    expect(nodes).toHaveLength(3);
    expect(group).toMatchObject({ status: "FAILURE", total: 60, hidden: 60, completed: 59, failed: 1 });
    const page = async (query: string): Promise<z.infer<typeof MembersAnswer>> =>
      MembersAnswer.parse((await call("GET", `/canvases/${group?.id}/members${query}`)).json);
    const first = await page("?limit=50");
    expect(first).toMatchObject({ total: 60, offset: 0 });
    expect(first.members.map((member) => member.index)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    const rest = await page("?offset=50&limit=50");
    expect(rest.members).toHaveLength(10);
    expect(rest.members.at(-1)).toMatchObject({ index: 59, task: "probe.fail", status: "FAILURE" });
    expect((await page("?offset=60")).members).toEqual([]);
  });

  it("has 600 nodes at the most, and counts the others", async () => {
    const [first, ...rest] = Array.from({ length: 700 }, () => ({ task: "math.add", args: [1] }));
    const waits = { ...first, args: [1, 1], options: { countdown: 600 } };
    const { task_id: id } = await submit("/chain", { tasks: [waits, ...rest] });
    const { nodes } = await graphOf(id);
    expect(nodes).toHaveLength(600);
    const steps = nodes.filter((node) => node.kind === "task").length;
    expect(steps + nodes.reduce((sum, node) => sum + node.hidden, 0)).toBe(700);
    await call("POST", `/tasks/${id}/revoke`, {});
  });

  it("of nothing known is 404, and members of a task are too", async () => {
    await refused(404, "GET", `/canvases/${crypto.randomUUID()}`);
    const { task_id: id } = await run("math.add", [1, 2]);
    await refused(404, "GET", `/canvases/${id}/members`);
    await refused(400, "GET", `/canvases/${id}/members?limit=101`);
  });
});

describe("a look at what has changed", () => {
  it("tells tasks that were created since the last one, and no others", async () => {
    await run("math.add", [1, 2]);
    const { now, tasks } = await look("");
    expect(tasks).toEqual([]);
    const { task_id: id } = await run("probe.identity", ["fresh"]);
    const { tasks: told, more } = await look(`since=${now}`);
    expect(told.find((task) => task.task_id === id)).toMatchObject({ task: "probe.identity", arguments: '"fresh"' });
    expect(more).toBe(false);
    const later = new Date(Date.parse(now) + 60_000).toISOString();
    expect((await look(`since=${later}`)).tasks).toEqual([]);
  });

  it("tells the states of tasks and groups that it is asked for", async () => {
    const { task_id: group } = await submit("/group", { tasks: [add(1, 2), add(3, 4)] });
    const { task_id: failed } = await run("probe.fail");
    await settled(group);
    const { states, queues } = await look(`ids=${group},${failed.toUpperCase()},${crypto.randomUUID()}`);
    expect(states).toHaveLength(2);
    expect(states[0]).toMatchObject({ task_id: group, kind: "group", status: "SUCCESS", total: 2, completed: 2 });
    expect(states[1]).toMatchObject({
      task_id: failed,
      kind: "task",
      status: "FAILURE",
      error: { type: "ExpectedError" },
    });
    expect(queues).toBeNull();
  });

  it("counts the members of a wide group that have ended while others run", async (context) => {
    needs(context, "queues-at-once");
    const header = [...Array.from({ length: 20 }, (_, n) => add(n, 1)), { task: "probe.sleep", args: [3] }];
    const { task_id: id } = await submit("/group", { tasks: header });
    await expect.poll(async () => (await look(`ids=${id}`)).states[0]?.completed, within(20)).toBe(20);
    expect((await look(`ids=${id}`)).states[0]).toMatchObject({ status: "STARTED", total: 21, failed: 0 });
    await call("POST", `/tasks/${id}/revoke`, {});
  });

  it("tells the queues' numbers where it is asked to", async () => {
    const { queues } = await look("queues=true");
    expect(queues?.map((queue) => queue.name)).toContain("math");
  });

  it("a look at what has changed takes at most 100 ids", async () => {
    const ids = Array.from({ length: 101 }, () => crypto.randomUUID()).join(",");
    await refused(400, "GET", `/live?ids=${ids}`);
    await refused(400, "GET", "/live?ids=none");
    await refused(400, "GET", "/live?since=yesterday");
  });
});

describe("a search", () => {
  it("finds tasks by words of their arguments, name and error, in any case", async () => {
    const word = `w${crypto.randomUUID().slice(0, 8)}`;
    const { task_id: id } = await run("probe.fail", [`Order ${word}`]);
    await run("probe.identity", [`another ${word}`]);
    for (const text of [word.toUpperCase(), `${word} expectederror`, `"order ${word}"`, `${word} probe.fail`]) {
      const { tasks } = await search(`text=${encodeURIComponent(text)}&status=FAILURE`);
      expect(tasks.map((task) => task.task_id)).toEqual([id]);
    }
    expect((await search(`text=${word}`)).tasks).toHaveLength(2);
    expect((await search(`text=${word}&queue=math`)).tasks).toEqual([]);
  });

  it("finds a task by the beginning of its id", async () => {
    const { task_id: id } = await run("math.add", [1, 2]);
    const { tasks } = await search(`text=${id.slice(0, 18)}`);
    expect(tasks.map((task) => task.task_id)).toEqual([id]);
    expect(tasks[0]?.arguments).toBe("1, 2");
  });

  it("shows no arguments that lie in S3", async () => {
    const { task_id: id } = await run("probe.size", ["x".repeat(10_000)]);
    expect((await search(`text=${id}`)).tasks[0]).toMatchObject({ arguments: null });
  });

  it("goes through pages as a listing does", async () => {
    await Promise.all([run("etl.extract", ["a\n1"]), run("etl.extract", ["a\n2"])]);
    const first = await search("task=etl.extract&limit=1");
    expect(first.tasks).toHaveLength(1);
    const second = await search(`task=etl.extract&limit=1&cursor=${first.cursor}`);
    expect(second.tasks[0]?.task_id).not.toBe(first.tasks[0]?.task_id);
    await refused(400, "GET", "/search?text=");
    await refused(400, "GET", "/search?words=1");
  });
});
