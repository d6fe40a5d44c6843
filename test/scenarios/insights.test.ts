import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { BatchAnswer, InsightsAnswer } from "../../src/core/http/answer-schemas.ts";
import { hourOf, summaryId } from "../../src/core/insights/summary.ts";
import { call, ended, refused, run, runCanvas } from "./support/api.ts";
import { type Rig, startRig } from "./support/rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ queueEnvironments: 3 });
});
afterAll(() => rig.stop());

type Insights = z.output<typeof InsightsAnswer>;
type Insight = Insights["tasks"][number];

const insights = async (query = ""): Promise<Insights> => {
  const answer = await call("GET", `/insights${query}`);
  expect(answer.status).toBe(200);
  return InsightsAnswer.parse(answer.json);
};

/** What is said of a task once at least this many of its attempts are in the table: they come within a second. */
async function insightOf(task: string, runs: number): Promise<Insight> {
  const find = async (): Promise<Insight | undefined> => (await insights()).tasks.find((one) => one.task === task);
  await expect.poll(async () => (await find())?.runs, { timeout: 20_000 }).toBeGreaterThanOrEqual(runs);
  const found = await find();
  if (found === undefined) throw new Error(`There are no insights on ${task}.`);
  return found;
}

/** Tasks of a busy stream; of these an environment that is taken away takes along its last second. */
const BUSY = 120;
const NEARLY_ALL = 60;

describe("insights", () => {
  it("count the attempts of a busy task, on several environments, in one item", async () => {
    const tasks = Array.from({ length: BUSY }, (_, n) => ({ task: "math.mul", args: [n, 2] }));
    const submitted = BatchAnswer.parse((await call("POST", "/tasks/batch", { tasks })).json).tasks;
    for (const { task_id: id } of submitted) await ended(id);
    const insight = await insightOf("math.mul", NEARLY_ALL);
    expect(insight.runs).toBeLessThanOrEqual(BUSY);
    expect(insight).toMatchObject({
      succeeded: insight.runs,
      failed: 0,
      retried: 0,
      retry_rate: 0,
      class: "too_short",
    });
    expect(insight.chunk_size).toBeGreaterThan(100);
    expect(insight.advice[0]).toContain(`chunks(task, items, ${insight.chunk_size})`);
    expect(insight.memory.max).toBeGreaterThan(20);
    expect(insight.runtime.p50).toBeLessThanOrEqual(insight.runtime.p95 ?? 0);
    expect(insight.queue_wait.max).toBeGreaterThan(0);
    const item = z.record(z.string(), z.unknown()).parse(await rig.aws.item(summaryId("math.mul", hourOf(Date.now()))));
    // One write unit: a KB, names and numbers (of some 2 bytes) together.
    expect(Object.keys(item).reduce((bytes, name) => bytes + name.length + 3, 0)).toBeLessThan(1_000);
  });

  it("know runtimes, failures and retries of the attempts themselves", async () => {
    await run("probe.sleep", [1.5]);
    await run("probe.retry_once");
    await run("probe.fail");
    await run("probe.blob", [60_000]);
    const slept = await insightOf("probe.sleep", 1);
    expect(slept.runtime.p50).toBeGreaterThan(1.4);
    expect(slept.runtime.max).toBeLessThan(5);
    expect(await insightOf("probe.retry_once", 2)).toMatchObject({ succeeded: 1, retried: 1, retry_rate: 0.5 });
    expect(await insightOf("probe.fail", 1)).toMatchObject({ succeeded: 0, failed: 1 });
    const { payload } = await insightOf("probe.blob", 1);
    expect(Math.abs((payload.max ?? 0) / 60_000 - 1)).toBeLessThan(0.1);
  });

  it("see that a limit ended a task, and advise nothing after one run", async () => {
    await run("probe.spin", [30], { options: { time_limit: 1 } });
    const { failed, advice } = await insightOf("probe.spin", 1);
    expect(failed).toBe(1);
    expect(advice).toEqual([]);
  });

  it("cost more for a step of a canvas than for a plain task, by its transition", async () => {
    await run("probe.identity", [1]);
    const plain = (await insightOf("probe.identity", 1)).cost.per_task_usd;
    await runCanvas({
      chain: [
        { task: "probe.size", args: ["ab"] },
        { task: "probe.progress", args: [0] },
      ],
    });
    const step = (await insightOf("probe.size", 1)).cost.per_task_usd;
    expect(step - plain).toBeGreaterThan(2e-5);
    expect(plain).toBeLessThan(2e-5);
  });

  it("come by the hour, and for one task or a span of hours alone", async () => {
    const { series, since, until } = await insights("?hours=1&task=math.mul");
    expect(series.map(({ task }) => task)).toEqual(["math.mul"]);
    expect(series[0]).toMatchObject({ time: since, failed: 0 });
    expect(Date.parse(until) - Date.parse(since)).toBeLessThan(3_600_000);
    expect((await insights("?hours=168")).tasks.map(({ task }) => task)).toContain("probe.fail");
    expect((await insights("?task=no.such")).tasks).toEqual([]);
  });

  it.each(["?hours=0", "?hours=169", "?hours=x", "?hours=1.5", "?task=", "?days=3"])(
    "insights refuse %s",
    async (query) => {
      await refused(400, "GET", `/insights${query}`);
    },
  );
});

describe("GET /metrics", () => {
  it("has the queues and the attempts of today, as OpenMetrics", async () => {
    await run("probe.blob", [10]);
    const metrics = async (): Promise<string> => (await call("GET", "/metrics")).text;
    await expect
      .poll(metrics, { timeout: 20_000 })
      .toMatch(/task_attempts_total\{task="probe.blob",outcome="succeeded"\} [12]\n/);
    const answer = await call("GET", "/metrics");
    expect(answer.headers.get("content-type")).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
    expect(answer.text).toMatch(/queue_messages\{queue="math",state="waiting"\} 0\n/);
    expect(answer.text).toMatch(/# EOF\n$/);
  });
});
