import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { QueuesAnswer, RedriveAnswer } from "../../src/core/http/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { call, ended, within } from "./support/api.ts";
import { type Rig, startRig } from "./support/rig.ts";

const dead = async (name: string): Promise<number | undefined> => {
  const { queues } = QueuesAnswer.parse((await call("GET", "/queues")).json);
  return queues.find((queue) => queue.name === name)?.dead;
};

describe.skipIf(inject("assembly") === "")("a message that no task wrote", () => {
  const lines: string[] = [];
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig({ log: (line) => void lines.push(line) });
  });
  afterAll(() => rig.stop());

  const letters = async (module: string): Promise<Record<string, unknown>[]> => {
    const found: Record<string, unknown>[] = [];
    for await (const item of rig.aws.scan()) if (item["kind"] === "letter" && item["dead"] === module) found.push(item);
    return found;
  };

  it.each([
    ["is a text", "math", "hello", "it is no message of a task"],
    ["is another program's", "records", { hello: "world" }, "it is no message of a task: /op"],
    ["is of a task's of another version", "email", { op: "run", id: 7 }, "it is no message of a task: /id"],
    ["names a periodic task that is gone", "etl", periodic("etl.gone"), "it is no message of a task"],
  ])("and that %s is among the dead letters, with the reason", async (_what, module, body, reason) => {
    await rig.aws.send(module, body);
    await expect.poll(() => dead(module), within(30)).toBe(1);
    expect(await letters(module)).toMatchObject([{ reason: expect.stringContaining(reason) }]);
    expect(lines.some((line) => line.includes("among the dead letters"))).toBe(true);
    // The message is acknowledged after its letter is there.
    await expect.poll(() => rig.aws.depth(module), within(30)).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
  });

  it("is kept where it is found in the canvas queue, and in that of the dead letters", async () => {
    await rig.aws.send("canvas", { op: "dance" });
    await rig.aws.send("dead", { op: "sing" });
    await expect.poll(() => letters("canvas"), within(30)).toMatchObject([{ reason: "it is no message of a canvas" }]);
    await expect.poll(() => letters("dead"), within(30)).toHaveLength(1);
    for (const queue of ["canvas", "dead"])
      await expect.poll(() => rig.aws.depth(queue), within(30)).toEqual({ waiting: 0, inFlight: 0, delayed: 0 });
  });

  it("goes to its queue again by a redrive, as it was, and runs where it can be read by then", async () => {
    const id = crypto.randomUUID();
    await rig.aws.send("monitor", `not ${id}`);
    await expect.poll(() => dead("monitor"), within(30)).toBe(1);
    const [letter] = await letters("monitor");
    const run = { op: "run", id, attempt: 0, hops: 0, call: await callOf() };
    await rig.aws.setAttributes(String(letter?.["id"]), {
      payload: JSON.stringify({ json: JSON.stringify(JSON.stringify(run)) }),
    });
    expect(RedriveAnswer.parse((await call("POST", "/queues/monitor/redrive", {})).json).redriven).toBe(1);
    expect(await ended(id)).toMatchObject({ task: "monitor.monitored", status: "SUCCESS" });
    expect(await dead("monitor")).toBe(0);
  });

  /** The call of a task that has run. */
  async function callOf(): Promise<unknown> {
    const answer = await call("POST", "/tasks", t("monitor.monitored", { n: 1 }));
    const { task_id: id } = Object(answer.json);
    await ended(id);
    return JSON.parse(String((await rig.aws.item(id))?.["call"]));
  }
});

function periodic(task: string): unknown {
  return { op: "periodic", task, schedule: "none", slot: "2026-11-28T00:00:00Z", args: [], kwargs: {} };
}
