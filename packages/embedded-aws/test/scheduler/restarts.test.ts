import { expect, it, onTestFinished } from "vitest";
import { createLog } from "../../src/log.ts";
import { createScheduler } from "../../src/scheduler/index.ts";
import type { Scheduler } from "../../src/scheduler/index.ts";
import { FakeClock, settle } from "../support/clock.ts";
import { KillableStorage } from "../support/storage.ts";

const TARGET = { Arn: "arn:aws:sqs:us-east-1:000000000000:work", RoleArn: "arn:aws:iam::000000000000:role/scheduler" };

/** A scheduler in processes that a test kills. Targets are invoked at the scheduled second. */
class Lives {
  readonly clock = new FakeClock();
  readonly delivered: string[] = [];
  #storage = new KillableStorage();
  #scheduler: Scheduler;

  constructor() {
    this.clock.chance = 0;
    this.#scheduler = this.#live();
    onTestFinished(() => this.#scheduler.stop());
  }

  /** Answers are given when what was asked is written. */
  async create(name: string, ScheduleExpression: string, rest: object = {}): Promise<void> {
    await this.call("POST", name, {
      ScheduleExpression,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: { ...TARGET, Input: name },
      ...rest,
    });
  }

  async call(method: string, name: string, body: object = {}): Promise<number> {
    const request = { service: "scheduler", operation: null, method, path: `/schedules/${name}`, caller: null };
    const bytes = Buffer.from(JSON.stringify(body));
    const { status } = await this.#scheduler.service({
      ...request,
      query: new URLSearchParams(),
      headers: {},
      input: { ...body },
      body: bytes,
    });
    return status;
  }

  /** Kills the process; the next one starts some seconds later. */
  async restart(seconds = 0): Promise<void> {
    this.#storage = this.#storage.kill();
    this.#scheduler.stop();
    await this.clock.advance(seconds);
    this.#scheduler = this.#live();
  }

  #live(): Scheduler {
    const deliver = async (_arn: string, input: string): Promise<void> => {
      this.delivered.push(`${input} ${new Date(this.clock.now()).toISOString().slice(11, 19)}`);
    };
    return createScheduler({ clock: this.clock, storage: this.#storage, deliver, log: createLog(() => {}, false) });
  }
}

it("what was answered outlives a kill: a schedule comes at its time, one that is overdue at once, a deleted one never", async () => {
  const lives = new Lives();
  await lives.create("early", "at(2026-11-22T11:10:00)");
  await lives.create("late", "at(2026-11-22T12:00:00)");
  await lives.create("gone", "at(2026-11-22T11:10:00)");
  await lives.call("DELETE", "gone");
  await lives.restart(1200);
  await lives.clock.advance(0);
  expect(lives.delivered).toEqual(["early 11:20:00"]);
  await lives.restart();
  await lives.clock.advance(3600);
  expect(lives.delivered).toEqual(["early 11:20:00", "late 12:00:00"]);
});

it("a recurring schedule keeps its rhythm through kills, and comes once for each of its times", async () => {
  const lives = new Lives();
  await lives.create("a", "rate(10 minutes)");
  for (let kills = 0; kills < 4; kills += 1) {
    await lives.clock.advance(450);
    await settle();
    await lives.restart();
  }
  await lives.clock.advance(600);
  expect(lives.delivered).toEqual(["a 11:00:00", "a 11:10:00", "a 11:20:00", "a 11:30:00", "a 11:40:00"]);
});

it("a schedule that goes after its invocation is not there after a kill", async () => {
  const lives = new Lives();
  await lives.create("a", "at(2026-11-22T11:10:00)", { ActionAfterCompletion: "DELETE" });
  await lives.clock.advance(601);
  await lives.restart();
  expect(await lives.call("GET", "a")).toBe(404);
});
