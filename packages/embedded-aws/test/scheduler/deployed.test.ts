import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect, it, vi } from "vitest";
import { functionResource, queueResource } from "../support/assembly.ts";
import type { TestStack } from "../support/assembly.ts";
import { FakeClock } from "../support/clock.ts";
import { newEvents, RECORD } from "../support/events.ts";
import { newDirectory, startRun } from "../support/run.ts";
import type { Run } from "../support/run.ts";

const HOUR = 3600;

/** A schedule of a template. */
function schedule(target: string, properties: Readonly<Record<string, unknown>>, input: string) {
  return {
    Type: "AWS::Scheduler::Schedule",
    Properties: {
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: { "Fn::GetAtt": [target, "Arn"] },
        RoleArn: "arn:aws:iam::000000000000:role/scheduler",
        Input: input,
      },
      ...properties,
    },
  };
}

/** A call as SDKs sign it, as far as the gateway reads the signature. */
async function call(run: Run, method: string, path: string, body?: object): Promise<Response> {
  const credential = "Credential=test/20260101/us-east-1/scheduler/aws4_request";
  return fetch(`${run.embedded.awsUrl}${path}`, {
    method,
    headers: { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0` },
    ...(body && { body: JSON.stringify(body) }),
  });
}

function oneTime(name: string, hour: number): object {
  return {
    ScheduleExpression: `at(2026-11-22T${hour}:00:00)`,
    FlexibleTimeWindow: { Mode: "OFF" },
    ActionAfterCompletion: "DELETE",
    Target: {
      Arn: "arn:aws:sqs:us-east-1:000000000000:work",
      RoleArn: "arn:aws:iam::000000000000:role/scheduler",
      Input: name,
    },
  };
}

async function received(run: Run): Promise<readonly (string | undefined)[]> {
  const QueueUrl = `${run.embedded.awsUrl}/000000000000/work`;
  const { Messages } = await run.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  return (Messages ?? []).map(({ Body }) => Body);
}

const QUEUE: TestStack["Resources"] = { Q: queueResource("work", { VisibilityTimeout: 600 }) };

it("runs schedules of a template against queues and functions, in their groups", async () => {
  const clock = new FakeClock();
  const events = newEvents<object>();
  const daily = { Name: "daily", ScheduleExpression: "cron(0 12 * * ? *)" };
  const resources = {
    ...QUEUE,
    F: functionResource("f", { Environment: { Variables: { EVENTS: events.file } } }),
    G: { Type: "AWS::Scheduler::ScheduleGroup", Properties: { Name: "beat" } },
    S: schedule("Q", { ...daily, GroupName: { Ref: "G" } }, '{"at":"<aws.scheduler.scheduled-time>"}'),
    T: schedule("F", { ScheduleExpression: "rate(1 day)" }, '{"n":1}'),
  };
  const code = { f: `${RECORD} export const handler = async (event) => record(event);` };
  const run = await startRun(resources, code, { clock });
  await clock.advance(2 * HOUR);
  expect(await received(run)).toEqual(['{"at":"2026-11-22T12:00:00Z"}']);
  await vi.waitUntil(() => events.all().length === 1, { timeout: 5000 });
  expect(events.all()).toEqual([{ n: 1 }]);

  const changed = await run.deploy({ ...QUEUE, G: resources.G, S: resources.S }, {});
  expect(changed).toEqual(["schedule test-T"]);
});

it("says which schedule of a template is wrong, and how", async () => {
  const run = await startRun({});
  const wrong = { ...QUEUE, S: schedule("Q", { ScheduleExpression: "cron(0 12 * * * *)" }, "x") };
  await expect(run.deploy(wrong)).rejects.toThrow(
    "AWS::Scheduler::Schedule S of stack test: Invalid Schedule Expression cron(0 12 * * * *). One of day-of-month",
  );
});

it("takes schedules over HTTP, and sends their input when they are due", async () => {
  const clock = new FakeClock();
  const run = await startRun(QUEUE, {}, { clock });
  const made = await call(run, "POST", "/schedules/later", oneTime("later", 12));
  expect({ status: made.status, body: await made.json() }).toEqual({
    status: 200,
    body: { ScheduleArn: "arn:aws:scheduler:us-east-1:000000000000:schedule/default/later" },
  });
  const again = await call(run, "POST", "/schedules/later", oneTime("later", 12));
  expect([again.status, again.headers.get("x-amzn-errortype")]).toEqual([409, "ConflictException"]);
  await clock.advance(2 * HOUR);
  expect(await received(run)).toEqual(["later"]);
  expect(await (await call(run, "GET", "/schedules")).json()).toEqual({ Schedules: [] });
});

it("keeps schedules over a restart with a data directory, and runs what came due meanwhile", async () => {
  const data = newDirectory();
  const clock = new FakeClock();
  const daily = schedule("Q", { Name: "daily", ScheduleExpression: "cron(30 12 * * ? *)" }, "daily");
  const first = await startRun({ ...QUEUE, S: daily }, {}, { data, clock });
  for (const hour of [12, 14, 16]) await call(first, "POST", `/schedules/h${hour}`, oneTime(`h${hour}`, hour));
  await call(first, "DELETE", "/schedules/h16");
  await clock.advance(1.25 * HOUR);
  expect(await received(first)).toEqual(["h12"]);
  await first.embedded.stop();

  // The daily one's time passes as well while nothing runs; that comes again tomorrow.
  await clock.advance(3 * HOUR);
  const second = await startRun({ ...QUEUE, S: daily }, {}, { data, clock });
  await clock.advance(1);
  // What was received and not deleted is received again: nobody who had it is left.
  expect(await received(second)).toEqual(["h12", "h14"]);
  await clock.advance(24 * HOUR);
  expect(await received(second)).toEqual(["daily"]);
});
