import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as email from "../../functions/tasks/email.ts";
import type * as math from "../../functions/tasks/math.ts";
import type * as probe from "../tasks/probe.ts";
import { chain, chord, task } from "../../src/client/index.ts";
import { type Stage, startStage } from "../../src/testing/index.ts";

const mul = task<typeof math.mul>("math.mul");
const tsum = task<typeof math.tsum>("math.tsum");
const flaky = task<typeof probe.flaky>("probe.flaky");

describe("a stage of a test", () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await startStage({
      root: join(import.meta.dirname, "..", ".."),
      tasks: ["functions/tasks", "test/tasks"],
      clock: true,
      secrets: { token: "secret" },
      config: { emailSender: "celeriac@example.com" },
    });
  });

  afterAll(() => stage.stop());

  it("runs until it is idle, and shows a canvas as a tree", async () => {
    const client = stage.client<typeof math>();
    const handle = await client.delay(chain(chord([mul.s(1, 2), chain(flaky.s(1), mul.s(2))], tsum), mul.s(10)));
    await stage.idle();
    expect(await handle.record()).toMatchObject({ status: "SUCCESS", result: 60 });
    expect(await stage.snapshot(handle.taskId)).toMatch(
      /^chain SUCCESS\n(.*\n)* +probe.flaky SUCCESS after 1 retries\n/,
    );
  });

  it("keeps the e-mails that were sent", async () => {
    const mail = { to: "a@example.com", subject: "Hello", text: "World" };
    await stage.client<typeof email>().delay("email.send_batch", [mail]);
    await stage.idle();
    expect(await stage.outbox()).toMatchObject([{ to: ["a@example.com"], subject: "Hello", text: "World" }]);
  });

  it("has time that a test moves ahead", async () => {
    const handle = await stage.client<typeof math>().apply("math.mul", { args: [2, 3], countdown: 3_600 });
    await stage.idle();
    expect(await handle.record()).toMatchObject({ status: "PENDING" });
    stage.jump(3_600);
    expect(await handle.result({ timeout: 30 })).toBe(6);
  });

  it("goes on where things go wrong that go wrong on AWS", async () => {
    stage.setFaults({ duplicate: 1, seed: 7 });
    const handles = await stage.client<typeof math>().batch([mul.s(1, 2), mul.s(3, 4)]);
    expect(await Promise.all(handles.map((handle) => handle.result({ timeout: 60 })))).toEqual([2, 12]);
    stage.setFaults({});
    await stage.idle();
    expect(stage.embedded.faults().injected["duplicate"]).toBeGreaterThan(0);
  });
});
