import { beforeEach, describe, expect, it } from "vitest";
import { createLog } from "../../src/log.ts";
import { createScheduler } from "../../src/scheduler/index.ts";
import type { Scheduler } from "../../src/scheduler/index.ts";
import { readSchedule } from "../../src/scheduler/spec.ts";
import type { Spec } from "../../src/scheduler/spec.ts";
import { FakeClock, settle } from "../support/clock.ts";

const QUEUE = "arn:aws:sqs:us-east-1:000000000000:work";
const ROLE = "arn:aws:iam::000000000000:role/scheduler";
const MINUTE = 60;
const HOUR = 60 * MINUTE;

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: Record<string, unknown>;
}

let clock: FakeClock;
let delivered: { readonly time: string; readonly arn: string; readonly input: string }[];
let refusals: number;
let log: string[];
let scheduler: Scheduler;

beforeEach(() => {
  // It starts at 11:00:00; a chance of 0.5 invokes targets half a minute after the scheduled time.
  clock = new FakeClock();
  delivered = [];
  refusals = 0;
  log = [];
  scheduler = createScheduler({
    clock,
    log: createLog((line) => void log.push(line), false),
    deliver: async (arn, input) => {
      if (refusals > 0) {
        refusals -= 1;
        throw new Error("no such queue");
      }
      delivered.push({ time: new Date(clock.now()).toISOString().slice(11, 19), arn, input });
    },
  });
});

async function call(method: string, url: string, body: Record<string, unknown> = {}): Promise<Answer> {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const request = { service: "scheduler", operation: null, method, path: pathname, query: searchParams, caller: null };
  const text = Buffer.from(JSON.stringify(body));
  const answer = await scheduler.service({ ...request, headers: {}, body: text, input: body });
  const parsed: Record<string, unknown> = JSON.parse(answer.body.toString());
  return { status: answer.status, type: answer.headers["x-amzn-errortype"], body: parsed };
}

function bodyOf(ScheduleExpression: string, rest: object = {}, target: object = {}): Record<string, unknown> {
  const Target = { Arn: QUEUE, RoleArn: ROLE, Input: "x", ...target };
  return { ScheduleExpression, FlexibleTimeWindow: { Mode: "OFF" }, Target, ...rest };
}

const create = (name: string, ...body: Parameters<typeof bodyOf>): Promise<Answer> =>
  call("POST", `/schedules/${name}`, bodyOf(...body));

const times = (): readonly string[] => delivered.map(({ time }) => time);

async function names(query = ""): Promise<unknown> {
  const { body } = await call("GET", `/schedules${query}`);
  return Array.isArray(body["Schedules"]) ? body["Schedules"].map(({ Name }) => Name) : body;
}

describe("a one-time schedule", () => {
  it("invokes its target once, within the minute of its time and not before", async () => {
    await create("a", "at(2026-11-22T11:20:00)");
    await clock.advance(20 * MINUTE);
    expect(times()).toEqual([]);
    await clock.advance(24 * HOUR);
    expect(times()).toEqual(["11:20:30"]);
    expect(await names()).toEqual(["a"]);
  });

  it("may be up to a minute late", async () => {
    clock.chance = 0.999_999;
    await create("a", "at(2026-11-22T11:20:00)");
    await clock.advance(HOUR);
    expect(times()).toEqual(["11:20:59"]);
  });

  it("is evaluated in its time zone", async () => {
    await create("a", "at(2026-11-22T13:00:00)", { ScheduleExpressionTimezone: "Europe/Berlin" });
    await clock.advance(2 * HOUR);
    expect(times()).toEqual(["12:00:30"]);
  });

  it("goes after its invocation where it was asked to", async () => {
    await create("a", "at(2026-11-22T11:20:00)", { ActionAfterCompletion: "DELETE" });
    await clock.advance(20 * MINUTE);
    expect(await names()).toEqual(["a"]);
    await clock.advance(MINUTE);
    expect(await names()).toEqual([]);
  });

  it("does nothing once it is deleted or while it is disabled", async () => {
    await create("a", "at(2026-11-22T11:20:00)");
    await create("b", "at(2026-11-22T11:20:00)", { State: "DISABLED" });
    await call("DELETE", "/schedules/a");
    await clock.advance(HOUR);
    expect(times()).toEqual([]);
  });

  it("takes its new time from an update, also after it has run", async () => {
    await create("a", "at(2026-11-22T11:20:00)");
    await call("PUT", "/schedules/a", bodyOf("at(2026-11-22T11:10:00)"));
    await clock.advance(HOUR);
    await call("PUT", "/schedules/a", bodyOf("at(2026-11-22T12:30:00)"));
    await clock.advance(HOUR);
    expect(times()).toEqual(["11:10:30", "12:30:30"]);
  });
});

describe("a recurring schedule", () => {
  it("by rate starts at once, or at its start date", async () => {
    await create("a", "rate(10 minutes)");
    await create("b", "rate(10 minutes)", { StartDate: clock.now() / 1000 + 5 * MINUTE });
    await clock.advance(21 * MINUTE);
    expect(times()).toEqual(["11:00:30", "11:05:30", "11:10:30", "11:15:30", "11:20:30"]);
  });

  it("by cron follows the wall of its time zone", async () => {
    await create("a", "cron(0 8 * * ? *)", { ScheduleExpressionTimezone: "America/New_York" });
    await clock.advance(48 * HOUR);
    expect(times()).toEqual(["13:00:30", "13:00:30"]);
  });

  it("ends at its end date, and goes then where it was asked to", async () => {
    const EndDate = clock.now() / 1000 + 20 * MINUTE;
    await create("a", "rate(10 minutes)", { EndDate, ActionAfterCompletion: "DELETE" });
    await clock.advance(11 * MINUTE);
    expect(await names()).toEqual(["a"]);
    await clock.advance(HOUR);
    expect(times()).toEqual(["11:00:30", "11:10:30", "11:20:30"]);
    expect(await names()).toEqual([]);
  });

  it("invokes its target within its flexible window", async () => {
    const FlexibleTimeWindow = { Mode: "FLEXIBLE", MaximumWindowInMinutes: 20 };
    await create("a", "cron(0 12 * * ? *)", { FlexibleTimeWindow });
    await clock.advance(24 * HOUR);
    expect(times()).toEqual(["12:10:00"]);
  });

  it("catches up on one invocation, not on all, that a sleeping machine has missed", async () => {
    await create("a", "rate(1 minute)");
    await clock.advance(MINUTE);
    clock.jump(8 * HOUR);
    await clock.advance(3 * MINUTE);
    expect(times()).toEqual(["11:00:30", "19:01:30", "19:01:30", "19:02:30", "19:03:30"]);
  });
});

describe("a target", () => {
  it("gets its input with the context attributes filled in", async () => {
    const Input =
      "<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time> <aws.scheduler.execution-id> " +
      "<aws.scheduler.attempt-number> <aws.scheduler.other>";
    await create("a", "at(2026-11-22T11:20:00)", {}, { Input });
    await clock.advance(HOUR);
    expect(delivered[0]?.input).toMatch(
      /^arn:aws:scheduler:us-east-1:000000000000:schedule\/default\/a 2026-11-22T11:20:00Z [0-9a-f]{16} 1 <aws\.scheduler\.other>$/,
    );
  });

  it("gets Scheduler's notification where there is no input", async () => {
    await create("a", "at(2026-11-22T11:20:00)", {}, { Input: undefined });
    await clock.advance(HOUR);
    expect(JSON.parse(delivered[0]?.input ?? "")).toEqual({
      version: "0",
      id: expect.any(String),
      "detail-type": "Scheduled Event",
      source: "aws.scheduler",
      account: "000000000000",
      time: "2026-11-22T11:20:00Z",
      region: "us-east-1",
      resources: ["arn:aws:scheduler:us-east-1:000000000000:schedule/default/a"],
      detail: "{}",
    });
  });

  it("that refuses is tried again, at growing intervals", async () => {
    refusals = 3;
    await create("a", "at(2026-11-22T11:20:00)", {}, { Input: "<aws.scheduler.attempt-number>" });
    await clock.advance(HOUR);
    expect(delivered).toEqual([{ time: "11:20:37", arn: QUEUE, input: "4" }]);
    expect(log).toEqual([expect.stringContaining("schedule/default/a will try again: no such queue")]);
  });

  it("that refuses for too often loses its input to the dead-letter queue", async () => {
    refusals = 2;
    const RetryPolicy = { MaximumRetryAttempts: 1 };
    const DeadLetterConfig = { Arn: `${QUEUE}-dead` };
    const rest = { ActionAfterCompletion: "DELETE" };
    await create("a", "at(2026-11-22T11:20:00)", rest, { RetryPolicy, DeadLetterConfig });
    await clock.advance(HOUR);
    expect(delivered).toEqual([{ time: "11:20:31", arn: `${QUEUE}-dead`, input: "x" }]);
    expect(log[1]).toContain("schedule/default/a gave up after attempt 2: no such queue");
    expect(await names()).toEqual([]);
  });

  it("that refuses does not keep the next invocation from its time", async () => {
    refusals = 1;
    const RetryPolicy = { MaximumRetryAttempts: 0 };
    await create("a", "rate(1 minute)", {}, { RetryPolicy });
    await clock.advance(2 * MINUTE);
    expect(times()).toEqual(["11:01:30"]);
  });
});

describe("the API", () => {
  it("shows a schedule with its defaults, dates in seconds", async () => {
    const StartDate = clock.now() / 1000 + HOUR;
    const { status, body } = await create("a", "rate(5 minutes)", { StartDate, Description: "d" });
    const Arn = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/a";
    expect({ status, body }).toEqual({ status: 200, body: { ScheduleArn: Arn } });
    expect((await call("GET", "/schedules/a?groupName=default")).body).toEqual({
      Arn,
      Name: "a",
      GroupName: "default",
      Description: "d",
      State: "ENABLED",
      ScheduleExpression: "rate(5 minutes)",
      ScheduleExpressionTimezone: "UTC",
      StartDate,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: QUEUE,
        RoleArn: ROLE,
        Input: "x",
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      },
      ActionAfterCompletion: "NONE",
      CreationDate: clock.now() / 1000,
      LastModificationDate: clock.now() / 1000,
    });
  });

  it("sets to its default what an update leaves out", async () => {
    await create("a", "rate(5 minutes)", { State: "DISABLED", Description: "d" });
    await call("PUT", "/schedules/a", bodyOf("rate(6 minutes)"));
    const { body } = await call("GET", "/schedules/a");
    expect(body).toMatchObject({ State: "ENABLED", ScheduleExpression: "rate(6 minutes)" });
    expect(body).not.toHaveProperty("Description");
  });

  it("answers a create that is repeated with its client token as before", async () => {
    const first = await create("a", "rate(5 minutes)", { ClientToken: "t" });
    expect(await create("a", "rate(5 minutes)", { ClientToken: "t" })).toEqual(first);
    expect(await create("a", "rate(6 minutes)", { ClientToken: "t" })).toMatchObject({ status: 409 });
    expect(await create("a", "rate(5 minutes)", { ClientToken: "u" })).toEqual({
      status: 409,
      type: "ConflictException",
      body: { Message: "Schedule a already exists." },
    });
    const deleted = await call("DELETE", "/schedules/a?clientToken=v");
    expect(deleted).toMatchObject({ status: 200, body: {} });
    expect(await call("DELETE", "/schedules/a?clientToken=v")).toEqual(deleted);
  });

  it.each(["GET", "PUT", "DELETE"])("answers %s of a schedule that does not exist as AWS does", async (method) => {
    expect(await call(method, "/schedules/nobody", bodyOf("rate(5 minutes)"))).toEqual({
      status: 404,
      type: "ResourceNotFoundException",
      body: { Message: "Schedule nobody does not exist." },
    });
  });

  it("lists by prefix, state and page", async () => {
    for (const name of ["b1", "b2", "b3", "a1"]) await create(name, "rate(5 minutes)");
    await call("PUT", "/schedules/b2", bodyOf("rate(5 minutes)", { State: "DISABLED" }));
    expect(await names()).toEqual(["a1", "b1", "b2", "b3"]);
    expect(await names("?NamePrefix=b&State=ENABLED")).toEqual(["b1", "b3"]);
    expect(await names("?ScheduleGroup=other")).toEqual([]);
    const { body } = await call("GET", "/schedules?MaxResults=3");
    expect(body["Schedules"]).toContainEqual({
      Arn: expect.stringContaining("schedule/default/b2"),
      Name: "b2",
      GroupName: "default",
      State: "DISABLED",
      Target: { Arn: QUEUE },
      CreationDate: expect.any(Number),
      LastModificationDate: expect.any(Number),
    });
    expect(await names(`?MaxResults=3&NextToken=${String(body["NextToken"])}`)).toEqual(["b3"]);
  });

  const good = bodyOf("rate(5 minutes)");
  const aLambda = "arn:aws:lambda:us-east-1:000000000000:function:f";
  it.each([
    ["an unknown expression", bodyOf("every(5)"), "Invalid Schedule Expression every(5). It is none of"],
    ["a wrong field", bodyOf("cron(0 25 * * ? *)"), 'Invalid Schedule Expression cron(0 25 * * ? *). "25" is no hours'],
    ["a time that is over", bodyOf("at(2026-11-22T10:59:59)"), "Invalid Schedule Expression at(2026-11-22T10:59:59)."],
    ["an unknown time zone", { ...good, ScheduleExpressionTimezone: "Mars/Phobos" }, "Mars/Phobos"],
    ["no window", { ...good, FlexibleTimeWindow: undefined }, "FlexibleTimeWindow"],
    ["a window without its length", { ...good, FlexibleTimeWindow: { Mode: "FLEXIBLE" } }, "MaximumWindowInMinutes"],
    ["no role", bodyOf("rate(5 minutes)", {}, { RoleArn: undefined }), "Target.RoleArn"],
    ["another kind of target", bodyOf("rate(5 minutes)", {}, { Arn: "arn:aws:sns:x" }), "only queues and functions"],
    ["input that is no JSON for a function", bodyOf("rate(5 minutes)", {}, { Arn: aLambda }), "well-formed JSON"],
    ["too much input", bodyOf("rate(5 minutes)", {}, { Input: "x".repeat(262_145) }), "more than 262144 bytes"],
    [
      "a start that is over",
      { ...good, StartDate: 1 },
      "The StartDate you specify cannot be earlier than 5 minutes ago.",
    ],
    ["an end that is over", { ...good, EndDate: 1 }, "The EndDate you specify must be in the future"],
  ])("refuses %s", async (_what, body, message) => {
    expect(await call("POST", "/schedules/a", body)).toEqual({
      status: 400,
      type: "ValidationException",
      body: { Message: expect.stringContaining(message) },
    });
    expect(await names()).toEqual([]);
  });

  it("refuses a name that AWS does not allow, and a group that no template has", async () => {
    expect(await create("a%20b", "rate(5 minutes)")).toMatchObject({ status: 400, type: "ValidationException" });
    expect(await create("a", "rate(5 minutes)", { GroupName: "other" })).toMatchObject({
      status: 404,
      body: { Message: "Schedule group other does not exist." },
    });
  });

  it("says what it does not serve", async () => {
    expect(await call("POST", "/schedule-groups/x")).toMatchObject({
      status: 404,
      type: "UnknownOperationException",
      body: { Message: "The local Scheduler does not serve POST /schedule-groups/x: groups come from templates." },
    });
  });
});

describe("schedules of a template", () => {
  const spec = (Name: string, ScheduleExpression: string, rest: object = {}): Spec =>
    readSchedule({
      stack: "s",
      logicalId: "S",
      type: "AWS::Scheduler::Schedule",
      arn: "",
      physicalId: Name,
      properties: { ...bodyOf(ScheduleExpression), ...rest },
    });

  it("are made, changed and removed as the template says; others stay", async () => {
    await create("own", "rate(1 hour)");
    const daily = spec("daily", "cron(0 12 * * ? *)");
    expect(scheduler.deploy([daily, spec("hourly", "rate(1 hour)")], [])).toEqual([
      "schedule daily",
      "schedule hourly",
    ]);
    await clock.advance(10 * MINUTE);
    expect(scheduler.deploy([daily, spec("hourly", "rate(2 hours)")], [])).toEqual(["schedule hourly"]);
    expect(scheduler.deploy([daily], [])).toEqual(["schedule hourly"]);
    expect(scheduler.deploy([daily], [])).toEqual([]);
    expect(await names()).toEqual(["daily", "own"]);
  });

  it("may have groups, which the API then knows", async () => {
    scheduler.deploy([spec("a", "rate(1 hour)", { GroupName: "tenants" })], ["tenants"]);
    expect((await call("GET", "/schedules/a?groupName=tenants")).status).toBe(200);
    expect((await call("GET", "/schedules/a")).status).toBe(404);
    expect((await call("GET", "/schedule-groups")).body["ScheduleGroups"]).toMatchObject([
      { Name: "default" },
      { Name: "tenants", State: "ACTIVE" },
    ]);
    expect((await create("b", "rate(1 hour)", { GroupName: "tenants" })).status).toBe(200);
  });

  it("do not run again what was over before the start", async () => {
    expect(scheduler.deploy([spec("past", "at(2026-01-01T00:00:00)")], [])).toEqual([]);
    await clock.advance(HOUR);
    expect(times()).toEqual([]);
  });

  it("schedules of a template have their dates as texts", async () => {
    scheduler.deploy([spec("a", "rate(1 hour)", { StartDate: "2026-11-22T11:30:00Z" })], []);
    await clock.advance(HOUR);
    expect(times()).toEqual(["11:30:30"]);
  });
});

it("is quiet once it is stopped", async () => {
  await create("a", "rate(1 minute)");
  refusals = 1;
  await clock.advance(MINUTE / 2);
  scheduler.stop();
  await settle();
  await clock.advance(HOUR);
  expect(times()).toEqual([]);
  expect(clock.pending).toBe(0);
});
