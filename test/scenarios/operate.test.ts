import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import {
  ListAnswer,
  QueuesAnswer,
  RedriveAnswer,
  SubmissionAnswer,
  TaskAnswer,
} from "../../src/core/http/answer-schemas.ts";
import { MAX_RETURNS } from "../../src/core/limits.ts";
import { call, ended, refused, run, submit } from "./support/api.ts";
import { awsUrl } from "./support/served.ts";

const aws = {
  endpoint: awsUrl,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};
const sqs = new SQSClient(aws);
const dynamo = new DynamoDBClient(aws);

describe("running a task again", () => {
  it("gives it a new id and the same args, and leaves the old record as it was", async () => {
    const failed = await run("probe.fail", [1, "two"], { options: { headers: { tenant: "acme" }, countdown: 0 } });
    const answer = SubmissionAnswer.parse((await call("POST", `/tasks/${failed.task_id}/retry`, {})).json);
    expect(answer.task_id).not.toBe(failed.task_id);
    const again = TaskAnswer.parse(
      JSON.parse((await call("GET", `/tasks/${(await ended(answer.task_id)).task_id}`)).text),
    );
    expect(again).toMatchObject({
      status: "FAILURE",
      args: [1, "two"],
      root_id: answer.task_id,
      parent_id: null,
      options: { headers: { tenant: "acme" } },
    });
    expect(await ended(failed.task_id)).toEqual(failed);
  });

  it("takes a step's input along, and none of its canvas", async () => {
    const { tasks } = await submit("/chain", {
      tasks: [{ task: "math.add", args: [1, 2] }, { task: "probe.fail", args: ["x"] }, { task: "probe.identity" }],
    });
    const failed = tasks[1]?.task_id ?? "";
    await ended(failed);
    const { task_id: id } = SubmissionAnswer.parse((await call("POST", `/tasks/${failed}/retry`)).json);
    expect(TaskAnswer.parse(JSON.parse((await call("GET", `/tasks/${id}`)).text)).args).toEqual([3, "x"]);
    await refused(409, "POST", `/tasks/${tasks[2]?.task_id}/retry`, {});
  });

  it("is refused unless it has failed or was revoked", async () => {
    const { task_id: id } = await run("math.add", [1, 2]);
    await refused(409, "POST", `/tasks/${id}/retry`, {});
    await refused(404, "POST", `/tasks/${crypto.randomUUID()}/retry`, {});
  });
});

const deadIn = async (name: string): Promise<number> => {
  const { queues } = QueuesAnswer.parse((await call("GET", "/queues")).json);
  return queues.find((queue) => queue.name === name)?.dead ?? Number.NaN;
};

/** The failures that are listed of a module. */
const failuresIn = async (name: string): Promise<string[]> => {
  const { tasks } = ListAnswer.parse((await call("GET", `/tasks?status=FAILURE&queue=${name}`)).json);
  return tasks.map((task) => task.task_id);
};

/**
 * Makes dead letters of tasks that wait: their messages are lost, and SQS gives up what is sent in their place, once
 * more than it may come back.
 */
async function bury(id: string): Promise<void> {
  const body = JSON.stringify({ op: "run", id, attempt: 0, hops: 0, returns: MAX_RETURNS });
  await sqs.send(new SendMessageCommand({ QueueUrl: `${awsUrl}/000000000000/celeriac-local-dead`, MessageBody: body }));
}

describe("dead letters", () => {
  it("are FAILUREs that are counted, and run once more each when their queue is redriven", async () => {
    const ids = [];
    for (let n = 0; n < 3; n += 1)
      ids.push(
        (await submit("/tasks", { task: "records.process_chunk", args: [0, n], options: { countdown: 800 } })).task_id,
      );
    const before = await deadIn("records");
    for (const id of ids) await bury(id);
    for (const id of ids) expect(await ended(id)).toMatchObject({ status: "FAILURE", error: { type: "WorkerLost" } });
    expect(await deadIn("records")).toBe(before + 3);
    expect(await failuresIn("records")).toEqual(expect.arrayContaining(ids));
    // The messages that the tasks had are still delayed.
    expect(RedriveAnswer.parse((await call("POST", "/queues/records/redrive", {})).json)).toEqual({
      name: "records",
      redriven: before + 3,
      waiting: 0,
      delayed: 3,
    });
    for (const [n, id] of ids.entries())
      expect(await ended(id)).toMatchObject({ status: "SUCCESS", error: null, result: { processed: n } });
    expect(await deadIn("records")).toBe(0);
    expect(await failuresIn("records")).not.toEqual(expect.arrayContaining([ids[0]]));
    expect((await call("POST", "/queues/records/redrive", {})).json).toMatchObject({ name: "records", redriven: 0 });
  });

  it("are sent again where an earlier redrive crashed before it sent them", async () => {
    const { task_id: id } = await submit("/tasks", {
      task: "records.process_chunk",
      args: [0, 7],
      options: { countdown: 800 },
    });
    await bury(id);
    await ended(id);
    await dynamo.send(
      new UpdateItemCommand({
        TableName: "celeriac-local",
        Key: { id: { S: id } },
        UpdateExpression: "SET #status = :pending, attempt = :one REMOVE done, #error",
        ExpressionAttributeNames: { "#status": "status", "#error": "error" },
        ExpressionAttributeValues: { ":pending": { S: "PENDING" }, ":one": { N: "1" } },
      }),
    );
    await call("POST", "/queues/records/redrive", {});
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: { processed: 7 } });
  });

  it("of an unknown queue are 404", async () => {
    await refused(404, "POST", "/queues/nope/redrive", {});
    await refused(404, "POST", "/queues/canvas/redrive", {});
  });
});
