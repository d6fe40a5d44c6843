import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import * as z from "zod";
import { RedriveAnswer } from "../../src/core/http/answer-schemas.ts";
import { MAX_RETURNS } from "../../src/core/limits.ts";
import { t } from "../fixtures/canvases.ts";
import { call, ended, refused, settled, submit, taskOf } from "./support/api.ts";
import { type Rig, isCall, refusal, startRig } from "./support/rig.ts";

/** Milliseconds for what takes no time but that of the machines. */
const SOON = 20_000;
/** More than a message and an item carry, so that it goes through S3. */
const LARGE = "x".repeat(6_000);

const message = (id: string, attempt = 0): object => ({ op: "run", id, attempt, hops: 0, due: 1 });
/** One that came back from the dead letters as often as one may. */
const dead = (id: string, attempt = 0): object => ({ ...message(id, attempt), returns: MAX_RETURNS });

describe.skipIf(inject("assembly") === "")("a task to whose calls and messages things happen", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  /** The states that a task went through. */
  const statesOf = async (id: string): Promise<string[]> => (await taskOf(id)).events.map((event) => event.status);

  const isStarted = (id: string): Promise<void> =>
    vi.waitFor(async () => expect((await taskOf(id)).status).toBe("STARTED"), SOON);

  /** A task with a message that comes in a quarter of an hour. */
  const later = async (node: ReturnType<typeof t>): Promise<string> =>
    (await submit("/tasks", { ...node, options: { countdown: 800 } })).task_id;

  /** A task whose environment was lost, by the number of times. */
  const lose = async (node: ReturnType<typeof t>, times: number): Promise<string> => {
    const id = await later(node);
    await rig.aws.setAttributes(id, { status: "STARTED", fence: "lost", lease: 0, lost: times - 1 });
    return id;
  };

  describe.concurrent("whose calls take effect though their answers are lost", () => {
    const loses = (id: string, operation: string, text: string): (() => number) =>
      rig.meddle("lose-reply", (request) => isCall(request, operation, id, text));

    it.each([
      ["written", "PutItem", "attribute_not_exists(id)"],
      ["sent", "SendMessage", "math.add"],
      ["claimed", "UpdateItem", "#lease = "],
      ["ended", "UpdateItem", "#done = "],
    ])("is %s once", async (_what, operation, text) => {
      const id = crypto.randomUUID();
      const lost = loses(id, operation, text);
      await submit("/tasks", { ...t("math.add", 1, 2), options: { task_id: id } });
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3 });
      expect(lost()).toBe(1);
      expect(await statesOf(id)).toEqual(["PENDING", "STARTED", "SUCCESS"]);
    });

    it.each([
      ["its key was claimed", "#holder = ", 0],
      ["its key was taken over from a request that was lost", "#lease = :lease", 1],
    ])("is submitted once where %s", async (_what, text, before) => {
      const key = { "idempotency-key": crypto.randomUUID() };
      const node = t("math.add", 1, 2);
      const failed = rig.meddle(refusal(), (request) => isCall(request, "SendMessage", "math.add"), before);
      if (before === 1) await refused(500, "POST", "/tasks", node, key);
      const lost = rig.meddle("lose-reply", (request) => isCall(request, "UpdateItem", "idempotency#", text));
      const { task_id: id } = await submit("/tasks", node, key);
      expect([failed(), lost()]).toEqual([before, 1]);
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3 });
      expect((await submit("/tasks", node, key)).task_id).toBe(id);
    });

    it("is put off once", async () => {
      const id = crypto.randomUUID();
      const lost = loses(id, "UpdateItem", "#due = ");
      await submit("/tasks", { ...t("probe.flaky", 1), options: { task_id: id } });
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 2, retries: 1 });
      expect(lost()).toBe(1);
      expect(await statesOf(id)).toEqual(["PENDING", "STARTED", "RETRY", "STARTED", "SUCCESS"]);
    });

    it("is taken over once, and does not wait for another lease", async () => {
      const id = await lose(t("math.add", 1, 2), 1);
      const lost = loses(id, "UpdateItem", "#fence = :from");
      await rig.aws.send("math", message(id));
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3 });
      expect(lost()).toBe(1);
      expect(await rig.aws.item(id)).toMatchObject({ lost: 1, attempt: 0 });
    });

    it("is redriven once", async () => {
      const id = await later(t("records.process_chunk", 0, 3));
      await rig.aws.send("dead", dead(id));
      expect(await ended(id)).toMatchObject({ status: "FAILURE", error: { type: "WorkerLost" } });
      const lost = loses(id, "UpdateItem", "attribute_exists(#dead)");
      const answer = RedriveAnswer.parse((await call("POST", "/queues/records/redrive", {})).json);
      // Tasks of the tests beside this one may be delayed as well.
      expect(answer).toEqual({ name: "records", redriven: 1, waiting: 0, delayed: expect.any(Number) });
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: { processed: 3 } });
      expect(lost()).toBe(1);
    });
  });

  describe.concurrent("that is to be retried", () => {
    it("is, though the next attempt's message could not be sent", async () => {
      const id = crypto.randomUUID();
      const failed = rig.meddle(refusal(), (request) => isCall(request, "SendMessage", id, `\\"attempt\\":1`));
      await submit("/tasks", { ...t("probe.flaky", 2), options: { task_id: id } });
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3, retries: 2 });
      expect(failed()).toBe(1);
      const twice = ["STARTED", "RETRY", "STARTED", "RETRY"];
      expect(await statesOf(id)).toEqual(["PENDING", ...twice, "STARTED", "SUCCESS"]);
    });

    it("is by one message for each attempt, however often the first one comes", async () => {
      const id = crypto.randomUUID();
      let sent = 0;
      rig.watch((request) => {
        if (request.caller?.includes("-task-") === true && isCall(request, "SendMessage", id)) sent += 1;
        return null;
      });
      await submit("/tasks", { ...t("probe.flaky", 6), options: { task_id: id, time_limit: 2 } });
      for (let copy = 0; copy < 8; copy += 1) await rig.aws.send("probe", message(id));
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 7, retries: 6 });
      expect(sent).toBe(6);
    });
  });

  describe.concurrent("whose message comes more than once", () => {
    it("is not failed by a dead letter while it runs", async () => {
      const { task_id: id } = await submit("/tasks", { ...t("probe.sleep", 3), options: { time_limit: 4 } });
      await isStarted(id);
      await rig.aws.send("dead", dead(id));
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3 });
      expect(await statesOf(id)).toEqual(["PENDING", "STARTED", "SUCCESS"]);
    });

    it("is not failed by a dead letter while it waits for a later attempt, but by one for that", async () => {
      const ids = await Promise.all([1, 2].map(() => later(t("probe.flaky", 0))));
      for (const id of ids) await rig.aws.setAttributes(id, { status: "RETRY", attempt: 1, due: Date.now() + 2_000 });
      for (const [attempt, id] of ids.entries()) await rig.aws.send("dead", dead(id, attempt));
      const [well, given] = await Promise.all(ids.map((id) => ended(id)));
      expect(well).toMatchObject({ status: "SUCCESS" });
      expect(given).toMatchObject({ status: "FAILURE", error: { type: "WorkerLost" } });
    });

    it("is not failed by a dead letter while something runs in its place", async () => {
      const { task_id: id } = await submit(
        "/tasks",
        t("probe.replace_with", { ...t("probe.sleep", 3), options: { time_limit: 4 } }),
      );
      await vi.waitFor(async () => expect(await rig.aws.item(id)).toHaveProperty("replacement"), SOON);
      await rig.aws.send("dead", dead(id));
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3 });
    });

    it("keeps its end when a dead letter comes after it", async () => {
      const { task_id: id } = await submit("/tasks", t("math.add", 1, 2));
      const record = await ended(id);
      await rig.aws.send("dead", dead(id));
      await vi.waitFor(async () => expect((await rig.aws.depth("dead")).inFlight).toBe(0), SOON);
      expect(await ended(id)).toEqual(record);
    });
  });

  describe.concurrent("whose environment is lost", () => {
    it.each([1, 2])("runs again, on the same attempt, after %i of them", async (times) => {
      const id = await lose(t("probe.request_info", "x"), times);
      await rig.aws.send("probe", message(id));
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: { retries: 0 }, retries: 0 });
      expect(await rig.aws.item(id)).toMatchObject({ lost: times, attempt: 0 });
    });

    it("is given up after three", async () => {
      const id = await lose(t("probe.request_info", "x"), 3);
      await rig.aws.send("probe", message(id));
      expect(await ended(id)).toMatchObject({ status: "FAILURE", error: { type: "WorkerLost" }, retries: 0 });
      expect(await statesOf(id)).toEqual(["PENDING", "FAILURE"]);
    });

    it("is ended by whoever has taken it over, not by one that was thought lost and still runs", async () => {
      const { task_id: id } = await submit("/tasks", {
        ...t("probe.slow_blob", 2, 10_000),
        options: { time_limit: 5 },
      });
      await isStarted(id);
      const first = z.object({ fence: z.string() }).parse(await rig.aws.item(id)).fence;
      await rig.aws.setAttributes(id, { lease: 0 });
      await rig.aws.send("probe", message(id));
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: "x".repeat(10_000) });
      expect(await statesOf(id)).toEqual(["PENDING", "STARTED", "STARTED", "SUCCESS"]);
      const { fence, result } = z.object({ fence: z.string(), result: z.string() }).parse(await rig.aws.item(id));
      expect(fence).not.toBe(first);
      expect(JSON.parse(result)).toEqual({ key: `results/${id}/${fence}.json`, bytes: 10_002 });
    });
  });

  describe.concurrent("whose id somebody else has chosen", () => {
    it("keeps its arguments and its result", async () => {
      const id = crypto.randomUUID();
      const options = { task_id: id, countdown: 2 };
      await submit("/tasks", { ...t("probe.size", LARGE), options });
      const other = { ...t("probe.size", `${LARGE}yy`), options: { task_id: id } };
      await refused(409, "POST", "/tasks", other);
      await refused(409, "POST", "/tasks/batch", { tasks: [t("math.add", 1, 1), other] });
      await refused(409, "POST", "/chain", { tasks: [other, t("math.add", 1)] });
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: LARGE.length });
      await refused(409, "POST", "/tasks", other);
      expect((await taskOf(id)).args).toEqual([LARGE]);
    });

    it("is not a canvas's that begins with it as well", async () => {
      const id = crypto.randomUUID();
      const chain = { tasks: [{ ...t("math.add", 1, 1), options: { task_id: id } }, t("math.add", 1)] };
      const { task_id: last } = await submit("/chain", chain);
      await refused(409, "POST", "/chain", chain);
      expect(await settled(last)).toMatchObject({ status: "SUCCESS", result: 3 });
    });
  });

  it("runs once, though copies of its message come while it runs, which wait for its lease", async () => {
    const { task_id: id } = await submit("/tasks", { ...t("probe.sleep", 2), options: { time_limit: 3 } });
    await isStarted(id);
    for (let copy = 0; copy < 8; copy += 1) await rig.aws.send("probe", message(id));
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 2 });
    const inFlight = async (): Promise<unknown> =>
      Promise.all(["probe", "dead"].map(async (name) => (await rig.aws.depth(name)).inFlight));
    await vi.waitFor(async () => expect(await inFlight()).toEqual([0, 0]), { timeout: 40_000, interval: 500 });
    expect(await statesOf(id)).toEqual(["PENDING", "STARTED", "SUCCESS"]);
  });

  describe("whose client repeats a request that failed half-way", () => {
    const chosen = (task: object): object => ({ ...task, options: { task_id: crypto.randomUUID() } });

    it.each([
      ["a task", "/tasks", () => t("math.add", 1, 2)],
      ["a task with an id of the client's choice", "/tasks", () => chosen(t("math.add", 1, 2))],
      ["a batch", "/tasks/batch", () => ({ tasks: [chosen(t("math.add", 1, 2)), t("math.add", 1, 2)] })],
    ])("runs once, after whichever call of it: %s", { timeout: 120_000 }, async (_what, path, bodyOf) => {
      let nth = 0;
      let failed: string | null = "";
      while (failed !== null) {
        nth += 1;
        let calls = 0;
        failed = null;
        const unwatch = rig.watch(({ caller, operation }) => {
          if (caller?.endsWith("-api-submit") !== true || (calls += 1) !== nth) return null;
          failed = operation;
          return refusal();
        });
        const ids = await accepted(path, bodyOf());
        unwatch();
        for (const id of ids) {
          expect(await ended(id), `${nth}. call, ${failed}`).toMatchObject({ status: "SUCCESS", result: 3 });
          expect(await statesOf(id)).toEqual(["PENDING", "STARTED", "SUCCESS"]);
        }
      }
      expect(nth).toBeGreaterThan(4);
    });

    async function accepted(path: string, body: object): Promise<string[]> {
      const key = crypto.randomUUID();
      return vi.waitFor(async () => {
        const answer = await call("POST", path, body, { "idempotency-key": key });
        // The first request still has the key for half a minute: that time is over here.
        if (answer.status === 409) await rig.aws.endIdempotencyLeases();
        expect(answer.status, answer.text).toBe(202);
        return z
          .array(z.object({ task_id: z.string() }))
          .parse(Accepted.parse(answer.json).tasks)
          .map((task) => task.task_id);
      }, SOON);
    }
  });
});

const Accepted = z.object({ tasks: z.array(z.unknown()) });
