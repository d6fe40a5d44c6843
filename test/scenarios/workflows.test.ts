import {
  type DescribeExecutionOutput,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type SubmissionAnswer, UploadAnswer, WorkflowsAnswer } from "../../src/core/http/answer-schemas.ts";
import { call, ended, endedGroup, refused, submit, taskOf, within } from "./support/api.ts";
import { Aws } from "./support/aws.ts";
import { lacks } from "./support/needs.ts";
import { awsUrl } from "./support/served.ts";

const CSV = 'Name, Qty ,Note\n 사과 ,3,\n사과,3,\n,,\n배,4.5,"a, b"\n';
const CLEAN = [
  { name: "사과", qty: 3, note: null },
  { name: "배", qty: 4.5, note: "a, b" },
];

type Submission = z.infer<typeof SubmissionAnswer>;

/** The rows that a run has left in its file. */
async function rowsOf(id: string): Promise<unknown[]> {
  const output = await call("GET", `/documents/${id}/output`);
  expect(output.status).toBe(302);
  const text = await (await fetch(output.headers.get("location") ?? "")).text();
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const idOf = ({ tasks }: Submission, nth: number): string => tasks[nth]?.task_id ?? "";

describe("the workflow etl", () => {
  it("cleans a csv into a file", async () => {
    const submission = await submit("/workflows/etl", { args: [CSV] });
    expect(submission.tasks.map(({ task }) => task)).toEqual(["etl.extract", "etl.transform", "etl.load"]);
    expect(submission).toMatchObject({ task_id: idOf(submission, 2), root_id: idOf(submission, 0) });
    expect(await ended(submission.task_id)).toMatchObject({
      status: "SUCCESS",
      parent_id: idOf(submission, 1),
      root_id: submission.root_id,
      result: {
        rows: 2,
        dropped: 2,
        columns: ["name", "qty", "note"],
        output: `output_${submission.task_id.slice(0, 8)}.txt`,
      },
    });
    expect(await rowsOf(submission.task_id)).toEqual(CLEAN);
  });

  it("takes a document that was uploaded", async () => {
    const form = UploadAnswer.parse((await call("POST", "/documents/uploads", { filename: "fruit.csv" })).json);
    const body = new FormData();
    for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
    body.append("file", new Blob([CSV]));
    expect((await fetch(form.url, { method: "POST", body })).status).toBeLessThan(300);
    const { task_id: id } = await submit("/workflows/etl", {
      args: [{ key: form.fields["key"], filename: "fruit.csv" }],
    });
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: { rows: 2 } });
    expect(await rowsOf(id)).toEqual(CLEAN);
  });

  it("settles what comes after a step that fails", async () => {
    const key = `documents/${crypto.randomUUID()}/nowhere.csv`;
    const submission = await submit("/workflows/etl", { args: [{ key, filename: "nowhere.csv" }] });
    const load = await ended(submission.task_id);
    const error = { type: "Error", message: expect.stringContaining("is not there"), task_id: idOf(submission, 0) };
    expect(load).toMatchObject({ status: "FAILURE", error, started_at: null });
    expect(await ended(idOf(submission, 1))).toMatchObject({ status: "FAILURE", error, started_at: null });
    await refused(404, "GET", `/documents/${submission.task_id}/output`);
  });

  it("is run once for an idempotency key", async () => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const first = await submit("/workflows/etl", { args: [CSV] }, headers);
    expect(await submit("/workflows/etl", { args: [CSV] }, headers)).toEqual(first);
    await refused(409, "POST", "/workflows/etl", { args: ["other"] }, headers);
    expect(await ended(first.task_id)).toMatchObject({ status: "SUCCESS" });
    expect(await submit("/workflows/etl", { args: [CSV] }, headers)).toEqual(first);
  });
});

describe("a workflow with groups", () => {
  it("runs branches, chords and a wide group, each member with its place", async () => {
    const submission = await submit("/workflows/probe-fan-out", { args: [1] });
    // (1 + 1) * 2 + (1 * 1 + 1 * 2) is 7; times 0 to 49 it adds up to 8,575.
    expect(await ended(submission.task_id)).toMatchObject({ status: "SUCCESS", result: 8_575 });
    const wide = submission.tasks.slice(-51, -1);
    const group = await endedGroup(wide[0]?.group_id ?? "");
    expect(group).toMatchObject({
      status: "SUCCESS",
      total: 50,
      completed: 50,
      failed: 0,
      root_id: submission.root_id,
    });
    expect(group.children.map((child) => child.task_id)).toEqual(wide.map((member) => member.task_id));
    expect(await taskOf(wide[7]?.task_id ?? "")).toMatchObject({ group_id: group.task_id, group_index: 7, result: 49 });
  });

  it("ends everything where a member fails, and the other members go on", async () => {
    const submission = await submit("/workflows/probe-fan-out", { args: ["a"] });
    const last = await ended(submission.task_id);
    expect(last).toMatchObject({ status: "FAILURE", error: { type: "ChordError" } });
    for (const { task_id: id } of submission.tasks) expect((await taskOf(id)).status).not.toBe("PENDING");
    const failed = await ended(idOf(submission, 1));
    expect(failed).toMatchObject({ task: "math.add", status: "FAILURE", error: { type: "InvalidArguments" } });
    expect(last.error?.task_id).toBe(failed.task_id);
  });
});

describe("what is asked wrongly", () => {
  it("is refused with its place in args and kwargs", async () => {
    const { errors = [] } = await refused(400, "POST", "/workflows/etl", { args: [1, 2], kwargs: { a: 1 } });
    expect(errors.map(({ path }) => path).toSorted()).toEqual(["/args", "/args/0", "/kwargs/a"]);
    expect(await refused(400, "POST", "/workflows/etl", {})).toMatchObject({ errors: [{ path: "/args" }] });
    expect(await refused(400, "POST", "/workflows/etl", { args: "x", more: 1 })).toMatchObject({
      errors: [{ path: "/args" }, { path: "/more" }],
    });
  });

  it("is 404 for a workflow that is not there, 405 for another method", async () => {
    expect((await refused(404, "POST", "/workflows/nowhere", {})).detail).toContain("GET /workflows");
    await refused(404, "POST", "/workflows/etl%2F..%2Fetl", {});
    await refused(405, "GET", "/workflows/etl");
  });

  it("can be seen from the list of workflows", async () => {
    const { workflows } = WorkflowsAnswer.parse((await call("GET", "/workflows")).json);
    expect(workflows.find(({ name }) => name === "etl")).toMatchObject({
      tasks: ["etl.extract", "etl.transform", "etl.load"],
      node: { chain: [{ task: "etl.extract" }, { task: "etl.transform" }, { task: "etl.load" }] },
    });
  });
});

const MACHINES = "arn:aws:states:us-east-1:000000000000:stateMachine:celeriac-local-workflow-";

describe.skipIf(awsUrl === "")("a workflow that is started by hand", () => {
  const aws = new Aws(awsUrl);
  afterAll(() => aws.close());

  async function start(workflow: string, input: unknown): Promise<string> {
    const command = new StartExecutionCommand({ stateMachineArn: MACHINES + workflow, input: JSON.stringify(input) });
    return (await aws.sfn.send(command)).executionArn ?? "";
  }

  async function over(executionArn: string): Promise<DescribeExecutionOutput> {
    const deadline = Date.now() + within(40).timeout;
    for (;;) {
      const description = await aws.sfn.send(new DescribeExecutionCommand({ executionArn }));
      if (description.status !== "RUNNING") return description;
      if (Date.now() > deadline) throw new Error(`${executionArn} still runs.`);
      await new Promise(setImmediate);
    }
  }

  const Output = z.object({ id: z.string(), ids: z.record(z.string(), z.string()) });

  it("has its records made first, and is then as any other", async () => {
    const description = await over(await start("etl", { args: [CSV], Comment: "what the console offers" }));
    expect(description.status).toBe("SUCCEEDED");
    const { ids } = Output.parse(JSON.parse(description.output ?? ""));
    const load = await ended(ids["etl_load"] ?? "");
    expect(load).toMatchObject({
      task: "etl.load",
      status: "SUCCESS",
      parent_id: ids["etl_transform"],
      root_id: ids["etl_extract"],
    });
    expect(await rowsOf(load.task_id)).toEqual(CLEAN);
  });

  it("fails with the reason where its input is wrong", async () => {
    for (const [input, path] of [
      [{}, "/args"],
      [{ args: [1] }, "/args/0"],
      [{ args: [CSV], more: 1 }, "/more"],
      [[], "/"],
    ] as const) {
      const description = await over(await start("etl", input));
      expect(description).toMatchObject({ status: "FAILED", error: "Celeriac.Refused" });
      expect(description.cause).toContain(`${path} `);
    }
  });

  it("is ended as a whole where it is stopped by hand", async () => {
    const arn = await start("probe-fan-out", { args: [1] });
    const ids = await preparedIds(arn);
    await aws.sfn.send(new StopExecutionCommand({ executionArn: arn }));
    // The sweep finds what nobody is told of, and starts it anew.
    if (lacks("execution-events")) await aws.sweep();
    const tasks = await Promise.all(ids.map((id) => ended(id)));
    expect(tasks.map((task) => task.status)).not.toContain("PENDING");
  });

  /** The ids of the tasks that a run was given. */
  async function preparedIds(executionArn: string): Promise<string[]> {
    const deadline = Date.now() + within(40).timeout;
    while (Date.now() < deadline) {
      const { events = [] } = await aws.sfn.send(new GetExecutionHistoryCommand({ executionArn }));
      const prepared = events.find((event) => event.stateExitedEventDetails?.name === "Prepare");
      if (prepared === undefined) continue;
      const { ids } = z
        .object({ ids: z.record(z.string(), z.union([z.string(), z.array(z.string())])) })
        .parse(JSON.parse(prepared.stateExitedEventDetails?.output ?? ""));
      return Object.entries(ids).flatMap(([key, id]) => (key.startsWith("group") ? [] : id));
    }
    throw new Error(`${executionArn} was given no ids.`);
  }

  it("is started anew on its own machine, with the ids that it had", async () => {
    const first = await over(await start("etl", { args: [CSV] }));
    const { id, ids } = Output.parse(JSON.parse(first.output ?? ""));
    // As the sweep does: the next epoch, and then a start.
    await aws.setAttributes(`root#${ids["etl_extract"]}`, { epoch: 1 });
    await aws.send("canvas", { op: "run", id });
    const again = `${MACHINES.replace("stateMachine", "execution")}etl:${id}-1`;
    const description = await overOnceThere(again);
    expect(description.status).toBe("SUCCEEDED");
    expect(JSON.parse(description.input ?? "")).toEqual(JSON.parse(first.output ?? ""));
  });

  async function overOnceThere(executionArn: string): Promise<DescribeExecutionOutput> {
    const deadline = Date.now() + within(40).timeout;
    for (;;) {
      const description = await over(executionArn).catch(() => null);
      if (description !== null) return description;
      if (Date.now() > deadline) throw new Error(`${executionArn} was never started.`);
    }
  }
});
