import { SendTaskFailureCommand, SendTaskSuccessCommand, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, describe, expect, type TestContext, inject, it, vi } from "vitest";
import { t } from "../fixtures/canvases.ts";
import { call, ended, endedGroup, refused, settled, submit, taskOf } from "./support/api.ts";
import type { Execution, Sent } from "./support/aws.ts";
import { type Rig, refusal, startRig } from "./support/rig.ts";

/** Milliseconds for what takes no time but that of the machines. */
const SOON = 20_000;

const lost = (id: string): object => ({ status: "FAILURE", error: { type: "WorkerLost", task_id: id } });
const isStarted = async (id: string): Promise<void> => {
  expect((await taskOf(id)).status).toBe("STARTED");
};

describe.skipIf(inject("assembly") === "")("a canvas to whose messages, tokens and executions things happen", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  /** The messages of an execution, once it has sent this many. */
  const sentBy = (execution: Execution, count: number): Promise<Sent[]> =>
    vi.waitFor(async () => {
      const sent = await rig.aws.sentBy(execution.arn);
      expect(sent.length).toBeGreaterThanOrEqual(count);
      return sent;
    }, SOON);

  /** Refuses calls until the test has ended. */
  const refuse = (test: TestContext, guard: Rig["guard"]): void => {
    rig.guard = guard;
    test.onTestFinished(() => {
      rig.guard = () => null;
    });
  };

  const starts = async (id: string): Promise<number> =>
    (await taskOf(id)).events.filter((event) => event.status === "STARTED").length;

  /** Waits until no queue holds anything. */
  const quiet = (): Promise<void> =>
    vi.waitFor(async () => {
      const depths = await Promise.all(["canvas", "probe", "math", "dead"].map((module) => rig.aws.depth(module)));
      expect(depths.map(({ waiting, inFlight, delayed }) => waiting + inFlight + delayed)).toEqual([0, 0, 0, 0]);
    }, SOON);

  describe("one after the other", () => {
    it("leaves nothing behind where it is refused: no record, no message, no execution", async () => {
      await quiet();
      const seen = async (): Promise<unknown> => ({
        items: await rig.aws.items(),
        queues: (await call("GET", "/queues")).json,
        executions: (await rig.aws.executions()).map(({ arn }) => arn),
        tasks: (await call("GET", "/tasks")).json,
      });
      const before = await seen();
      const unknown = { task: "no.such" };
      const many = Array.from({ length: 100 }, () => t("math.add", 1, 1));
      for (const [path, body] of [
        ["/canvas", { chain: [...many, { group: [unknown] }] }],
        ["/chain", { tasks: [...many, { ...t("math.mul", "x", 1), immutable: true }] }],
        ["/group", { tasks: [...many, unknown] }],
        ["/chord", { header: many, body: unknown }],
      ] as const)
        await refused(400, "POST", path, body);
      expect(await seen()).toEqual(before);
    });

    it("goes on after its queue was purged, once a sweep has found it", async () => {
      await quiet();
      const submitted = await submit("/chain", {
        tasks: [
          t("math.add", 1, 1),
          { ...t("probe.identity"), options: { countdown: 3 } },
          { group: [t("math.add", 1), t("math.add", 2)] },
          t("math.xsum"),
        ],
      });
      await ended(submitted.tasks[0]?.task_id ?? "");
      await vi.waitFor(async () => expect((await rig.aws.depth("probe")).delayed).toBe(1), SOON);
      await rig.aws.purge("probe");
      await quiet();
      await rig.aws.sweep();
      expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: 7 });
      for (const { task_id: id } of submitted.tasks) expect(await starts(id)).toBe(1);
      expect(await rig.aws.executionOf(submitted.root_id, 0)).toMatchObject({ status: "ABORTED" });
      await vi.waitFor(
        async () => expect(await rig.aws.executionOf(submitted.root_id, 1)).toMatchObject({ status: "SUCCEEDED" }),
        SOON,
      );
    });

    it("is left alone by a sweep while its messages are under way", async () => {
      const submitted = await submit("/chain", {
        tasks: [{ ...t("math.add", 1, 1), options: { countdown: 2 } }, t("math.add", 1)],
      });
      await rig.aws.sweep();
      expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: 3 });
      expect(await rig.aws.item(`root#${submitted.root_id}`)).toMatchObject({ epoch: 0 });
    });

    it("is started anew by a sweep though the first attempt at that fails half-way", async (test) => {
      await quiet();
      const submitted = await submit("/chain", {
        tasks: [{ ...t("probe.identity", 5), options: { countdown: 3 } }, t("math.add", 1)],
      });
      await vi.waitFor(async () => expect((await rig.aws.depth("probe")).delayed).toBe(1), SOON);
      await rig.aws.purge("probe");
      await quiet();
      let refused = 0;
      refuse(test, ({ operation, caller }) =>
        operation === "StartExecution" && caller === "celeriac-local-canvas" && refused++ === 0 ? refusal() : null,
      );
      await rig.aws.sweep();
      expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: 6 });
      expect(refused).toBeGreaterThan(1);
    });

    it("is started anew though Step Functions refuses to stop the execution before, which has ended", async (test) => {
      const submitted = await submit("/chain", { tasks: [t("math.add", 1, 1), t("math.add", 1)] });
      const succeeds = (epoch: number): Promise<Execution> =>
        vi.waitFor(async () => {
          const execution = await rig.aws.executionOf(submitted.root_id, epoch);
          expect(execution.status).toBe("SUCCEEDED");
          return execution;
        }, SOON);
      const { name } = await succeeds(0);
      let refused = 0;
      refuse(test, ({ operation }) => {
        if (operation !== "StopExecution") return null;
        refused += 1;
        return refusal("ValidationException");
      });
      await rig.aws.setAttributes(`root#${submitted.root_id}`, { epoch: 1 });
      await rig.aws.send("canvas", { op: "run", id: name.replace(/-0$/, "") });
      await succeeds(1);
      expect(refused).toBe(1);
    });

    it("ends a long chain once, though the message of the step that failed comes again", async (test) => {
      const steps = [t("probe.fail"), ...Array.from({ length: 99 }, () => t("math.add", 1))];
      const submitted = await submit("/chain", { tasks: steps });
      for (const { task_id: id } of submitted.tasks) expect(await ended(id)).toMatchObject({ status: "FAILURE" });
      await quiet();
      const [message] = await sentBy(await rig.aws.executionOf(submitted.root_id), 1);
      if (message === undefined) throw new Error("the machine has sent no message");
      let writes = 0;
      refuse(test, ({ operation }) => {
        if (operation === "UpdateItem") writes += 1;
        return null;
      });
      await rig.aws.repeat(message);
      await vi.waitFor(async () => expect((await rig.aws.depth("probe")).inFlight).toBe(0), SOON);
      await quiet();
      expect(writes).toBeLessThan(10);
    });

    it("runs though Step Functions refuses to start it at first", async (test) => {
      let refused = 0;
      refuse(test, ({ operation }) =>
        operation === "StartExecution" && refused++ === 0 ? refusal("ThrottlingException") : null,
      );
      const { task_id: id } = await submit("/chain", {
        tasks: [t("math.add", 1, 1), { chain: [t("math.add", 1)] }, { group: [t("math.add", 1)] }],
      });
      expect(await settled(id)).toMatchObject({ status: "SUCCESS", result: [4] });
    });
  });

  describe.concurrent("side by side", () => {
    it("runs each step once though every message comes again, while it runs and later", async () => {
      const submitted = await submit("/canvas", {
        chain: [
          t("math.add", 1, 1),
          {
            group: [
              t("math.add", 1),
              { chain: [t("math.add", 2), t("math.add", 3)] },
              { chord: { header: [t("math.add", 4)], body: t("math.xsum") } },
            ],
          },
          t("math.xsum"),
          { group: Array.from({ length: 12 }, () => t("math.add", 1)) },
        ],
      });
      const repeated = new Set<string>();
      const repeatAll = async (): Promise<void> => {
        for (const { arn } of await rig.aws.executions())
          for (const sent of await rig.aws.sentBy(arn)) {
            const key = JSON.stringify(sent.body);
            if (!repeated.has(key)) await rig.aws.repeat(sent);
            repeated.add(key);
          }
      };
      const stop = new AbortController();
      const repeating = (async () => {
        while (!stop.signal.aborted) await repeatAll();
      })();
      const record = await settled(submitted.task_id);
      stop.abort();
      await repeating;
      expect(record).toMatchObject({ status: "SUCCESS", result: Array.from({ length: 12 }, () => 17) });
      repeated.clear();
      await repeatAll();
      await vi.waitFor(async () => expect((await rig.aws.depth("canvas")).waiting).toBe(0), SOON);
      for (const { task_id: id } of submitted.tasks) expect(await starts(id)).toBe(1);
      expect(await settled(submitted.task_id)).toEqual(record);
      expect((await rig.aws.executionOf(submitted.root_id)).status).toBe("SUCCEEDED");
    });

    it("waits for a step whose token somebody else answered as done", async () => {
      const submitted = await submit("/chain", { tasks: [t("probe.sleep", 3), t("math.add", 1), t("math.add", 1)] });
      const [first] = submitted.tasks.map((task) => task.task_id);
      const [sent] = await sentBy(await rig.aws.executionOf(submitted.root_id), 1);
      await vi.waitFor(() => isStarted(first ?? ""), SOON);
      await rig.aws.sfn.send(new SendTaskSuccessCommand({ taskToken: sent?.body.token, output: "{}" }));
      expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS" });
      const [end, start] = await Promise.all(submitted.tasks.slice(0, 2).map((task) => settled(task.task_id)));
      expect(Date.parse(start?.started_at ?? "")).toBeGreaterThanOrEqual(Date.parse(end?.done_at ?? ""));
    });

    it("does not fail by a step whose token somebody else answered as failed, and does not wait for its lease", async () => {
      const submitted = await submit("/chain", { tasks: [t("probe.sleep", 3), t("math.add", 1)] });
      const [first] = submitted.tasks.map((task) => task.task_id);
      const [sent] = await sentBy(await rig.aws.executionOf(submitted.root_id), 1);
      await vi.waitFor(() => isStarted(first ?? ""), SOON);
      await rig.aws.sfn.send(new SendTaskFailureCommand({ taskToken: sent?.body.token, error: "Somebody.Else" }));
      expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: 4 });
      expect(await starts(first ?? "")).toBe(1);
    });

    it("is closed once though a chunk's token was answered as failed and its members were sent again", async () => {
      const submitted = await submit("/chord", {
        header: Array.from({ length: 12 }, () => t("probe.sleep", 0.5)),
        body: t("math.xsum"),
      });
      const [sent] = await sentBy(await rig.aws.executionOf(submitted.root_id), 1);
      await rig.aws.sfn.send(new SendTaskFailureCommand({ taskToken: sent?.body.token, error: "Somebody.Else" }));
      expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: 6 });
      for (const { task_id: id } of submitted.tasks) expect(await starts(id)).toBe(1);
    });

    it("is told of a nested canvas that had ended when its state was tried again", async (test) => {
      const nested = {
        chord: {
          header: [t("math.add", 1), t("probe.sleep", 0.7)].map((node) => ({
            ...node,
            immutable: node.task === "probe.sleep",
          })),
          body: t("math.xsum"),
        },
      };
      const submitted = await submit("/chain", { tasks: [t("math.add", 1, 1), nested, t("math.add", 1)] });
      const [, sent] = await sentBy(await rig.aws.executionOf(submitted.root_id), 2);
      const token = JSON.stringify(sent?.body.token);
      // The end of the nested canvas finds its token spent, so that only the new one is left to answer.
      let spent = 0;
      refuse(test, ({ operation, caller, body }) =>
        operation === "SendTaskSuccess" && caller !== null && body.includes(token)
          ? ((spent += 1), refusal("TaskDoesNotExist"))
          : null,
      );
      await ended(submitted.tasks[3]?.task_id ?? "");
      await vi.waitFor(() => expect(spent).toBe(1), SOON);
      await rig.aws.sfn.send(new SendTaskFailureCommand({ taskToken: sent?.body.token, error: "Somebody.Else" }));
      expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: 4.7 });
    });

    it("goes on though the message of an earlier try of a state comes after that of the one that waits", async () => {
      const slow = { ...t("probe.sleep", 1.5), immutable: true };
      const nested = { chord: { header: Array.from({ length: 12 }, () => slow), body: t("math.xsum") } };
      const submitted = await submit("/chain", { tasks: [t("math.add", 1, 1), nested, t("math.add", 1)] });
      const [, start] = await sentBy(await rig.aws.executionOf(submitted.root_id), 2);
      const chord = await vi.waitFor(async () => {
        const found = (await rig.aws.executions()).find(({ name }) => name === `${start?.body.id}-0`);
        expect(found).toBeDefined();
        return found;
      }, SOON);
      const [chunk] = chord === undefined ? [] : await sentBy(chord, 1);
      for (const sent of [start, chunk]) await rig.aws.send("canvas", { ...sent?.body, token: "of an earlier try" });
      expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: 19 });
      await vi.waitFor(
        async () => expect((await rig.aws.executionOf(submitted.root_id)).status).toBe("SUCCEEDED"),
        SOON,
      );
    });

    it("ends when its execution is stopped, whatever it is in the middle of", async () => {
      const submitted = await submit("/chain", {
        tasks: [
          t("probe.sleep", 1.5),
          t("math.add", 1),
          { group: [t("math.add", 1), { chain: [t("math.add", 2), t("math.add", 3)] }] },
          t("math.xsum"),
        ],
      });
      const execution = await rig.aws.executionOf(submitted.root_id);
      await vi.waitFor(() => isStarted(submitted.tasks[0]?.task_id ?? ""), SOON);
      await rig.aws.sfn.send(new StopExecutionCommand({ executionArn: execution.arn }));
      for (const { task_id: id } of submitted.tasks.slice(1))
        expect(await settled(id)).toMatchObject(lost(submitted.task_id));
      expect(await settled(submitted.tasks[0]?.task_id ?? "")).toMatchObject({ status: "SUCCESS" });
    });

    it("ends when the execution of what is nested in it is stopped", async () => {
      const running = { ...t("probe.sleep", 1), immutable: true };
      const waiting = { ...t("math.add", 1), options: { countdown: 600 } };
      const nested = { chord: { header: [running, waiting], body: t("math.xsum") } };
      const submitted = await submit("/chain", { tasks: [t("math.add", 1, 1), nested, t("math.add", 1)] });
      await vi.waitFor(() => isStarted(submitted.tasks[1]?.task_id ?? ""), SOON);
      const [, sent] = await sentBy(await rig.aws.executionOf(submitted.root_id), 2);
      const chord = (await rig.aws.executions()).find(({ name }) => name === `${sent?.body.id}-0`);
      await rig.aws.sfn.send(new StopExecutionCommand({ executionArn: chord?.arn }));
      const body = submitted.tasks[3]?.task_id ?? "";
      expect(await settled(submitted.task_id)).toMatchObject(lost(body));
      const record = await ended(body);
      expect(record).toMatchObject(lost(body));
      expect(await endedGroup(record.parent_id ?? "")).toMatchObject({ status: "FAILURE" });
      expect(await ended(submitted.tasks[2]?.task_id ?? "")).toMatchObject(lost(body));
      await vi.waitFor(async () => expect((await rig.aws.executionOf(submitted.root_id)).status).toBe("FAILED"), SOON);
    });

    it("ends where a record of it is gone", async () => {
      const submitted = await submit("/chain", { tasks: [t("probe.sleep", 1), t("math.add", 1), t("math.add", 2)] });
      const [, second] = submitted.tasks.map((task) => task.task_id);
      await rig.aws.deleteItem(second ?? "");
      expect(await settled(submitted.task_id)).toMatchObject(lost(submitted.task_id));
      expect((await call("GET", `/result/${second}`)).status).toBe(404);
    });
  });
});
