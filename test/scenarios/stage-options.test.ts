import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { startEmbeddedAws } from "embedded-aws";
import type { AwsRequest, EmbeddedAws } from "embedded-aws";
import { synthesize } from "../../local/synth.ts";
import { spanIdOf } from "../../src/aws/otlp.ts";
import { type Collector, type Span, startCollector } from "./support/collector.ts";
import { call, ended, refused, submit, useApi } from "./support/api.ts";

const ROOT = join(import.meta.dirname, "../..");
const CdkJson = z.object({ context: z.object({ stages: z.object({ local: z.record(z.string(), z.unknown()) }) }) });
const Put = z.object({
  Entries: z.array(z.object({ Source: z.string(), DetailType: z.string(), Detail: z.string() })),
});

/** What was put on the bus: the detail, with the event's type. */
const events: Record<string, unknown>[] = [];
let embedded: EmbeddedAws;
let collector: Collector;
let assembly = "";

function watch(request: AwsRequest): null {
  if (request.service !== "events") return null;
  for (const { Source, DetailType, Detail } of Put.parse(JSON.parse(request.body.toString())).Entries)
    events.push({ ...z.record(z.string(), z.unknown()).parse(JSON.parse(Detail)), type: DetailType, source: Source });
  return null;
}

const eventOf = (id: string) =>
  vi.waitFor(
    () => {
      const found = events.filter((event) => event["task_id"] === id);
      expect(found.length).toBeGreaterThan(0);
      return found;
    },
    { timeout: 20_000, interval: 100 },
  );

/** The local stage with events, a bound for queues, and two workers at a time for `probe`. */
beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), "celeriac-options-"));
  const { local } = CdkJson.parse(JSON.parse(await readFile(join(ROOT, "cdk.json"), "utf8"))).context.stages;
  collector = await startCollector();
  const options = {
    completionEvents: true,
    maxQueueAge: 10,
    otlp: collector.url,
    modules: { probe: { maxConcurrency: 2 } },
  };
  vi.stubEnv("CDK_CONTEXT_JSON", JSON.stringify({ stages: { local: { ...local, ...options } } }));
  [embedded] = await Promise.all([
    startEmbeddedAws({ guard: watch }),
    synthesize(ROOT, assembly, new AbortController().signal),
  ]);
  vi.unstubAllEnvs();
  await embedded.deploy(assembly);
  useApi(embedded.apiUrl);
});

afterAll(async () => {
  await embedded.stop();
  await collector.close();
  await rm(assembly, { recursive: true, force: true });
});

describe("a stage that tells of ends", () => {
  it("tells of a task's, by its ids and its status alone", async () => {
    const { task_id: id } = await submit("/add", { x: 1, y: 2 }, { "x-correlation-id": "mine" });
    const [event] = await eventOf(id);
    expect(event).toEqual({
      source: "celeriac.local",
      type: "Celeriac Task Ended",
      task_id: id,
      task: "math.add",
      status: "SUCCESS",
      root_id: id,
      correlation_id: "mine",
      error_type: null,
    });
  });

  it("tells of a failure, of what never ran for it, and of the canvas", async () => {
    const tasks = [
      { task: "probe.fail", options: { max_retries: 0 } },
      { task: "math.add", args: [1, 1], immutable: true },
    ];
    const chain = await submit("/chain", { tasks });
    const [first, last] = chain.tasks.map((task) => task.task_id);
    expect(await eventOf(first ?? "")).toMatchObject([{ status: "FAILURE", error_type: "ExpectedError" }]);
    await vi.waitFor(
      () => expect(events.some((event) => event["type"] === "Celeriac Canvas Ended")).toBe(true),
      20_000,
    );
    const told = await eventOf(last ?? "");
    expect(told).toContainEqual(expect.objectContaining({ type: "Celeriac Task Ended", status: "FAILURE" }));
    expect(told).toContainEqual(
      expect.objectContaining({
        type: "Celeriac Canvas Ended",
        kind: "chain",
        status: "FAILURE",
        root_id: chain.root_id,
      }),
    );
  });
});

describe("a stage with a bound for the age of queues", () => {
  it("refuses what would wait for longer, takes what would not, and takes all again when the backlog is gone", async () => {
    const sleep = { task: "probe.sleep", args: [4] };
    const backlog = await Promise.all(Array.from({ length: 12 }, () => submit("/tasks", sleep)));
    const answer = await vi.waitFor(
      async () => {
        const tried = await call("POST", "/tasks", { task: "probe.identity", args: [1] });
        expect(tried.status).toBe(429);
        return tried;
      },
      { timeout: 40_000, interval: 1_000 },
    );
    expect(answer.headers.get("retry-after")).toBe("30");
    const group = {
      tasks: [
        { task: "probe.identity", args: [1] },
        { task: "math.add", args: [1, 2] },
      ],
    };
    expect(await refused(429, "POST", "/group", group)).toMatchObject({ type: "urn:celeriac:problem:backlog" });
    expect((await submit("/add", { x: 1, y: 2 })).status).toBe("PENDING");
    await Promise.all(backlog.map(({ task_id: id }) => ended(id)));
    await vi.waitFor(() => submit("/tasks", { task: "probe.identity", args: [1] }), { timeout: 40_000, interval: 500 });
  });
});

/** What a collector has of a trace, once as many spans are there. */
const traceOf = (traceId: string, spans: number) =>
  vi.waitFor(
    () => {
      const found = [...collector.spans.values()].filter((span) => span.traceId === traceId);
      expect(found.length).toBeGreaterThanOrEqual(spans);
      return found;
    },
    { timeout: 20_000, interval: 100 },
  );

describe("a stage that has a collector of traces", () => {
  it("sends a nested canvas as one trace, of the caller's id, each span within the one around it", async () => {
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const t = (task: string, ...args: unknown[]) => ({ task, args });
    const chord = { chord: { header: [t("math.add", 1), t("math.add", 2)], body: t("math.xsum") } };
    const inner = { chain: [t("probe.retry_once"), t("math.mul", 2)] };
    const canvas = { chain: [t("math.add", 1, 2), { group: [t("math.add", 5), chord, inner] }, t("math.xsum")] };
    const { task_id: id } = await submit("/canvas", canvas, { "x-correlation-id": traceId });
    await ended(id);
    const spans = await traceOf(traceId, 14);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const pathOf = ({ name, parentSpanId }: Span): string => {
      const parent = byId.get(parentSpanId ?? "");
      return parent === undefined ? name : `${pathOf(parent)} > ${name}`;
    };
    expect(spans.map(pathOf).toSorted()).toEqual([
      "chain",
      "chain > chord",
      "chain > chord > group",
      "chain > chord > group > chain",
      "chain > chord > group > chain > math.mul",
      "chain > chord > group > chain > probe.retry_once",
      "chain > chord > group > chord",
      "chain > chord > group > chord > group",
      "chain > chord > group > chord > group > math.add",
      "chain > chord > group > chord > group > math.add",
      "chain > chord > group > chord > math.xsum",
      "chain > chord > group > math.add",
      "chain > chord > math.xsum",
      "chain > math.add",
    ]);
    expect(spans.filter((span) => span.parentSpanId === undefined).map(({ name }) => name)).toEqual(["chain"]);
    for (const { startTimeUnixNano: start, endTimeUnixNano: end } of spans) expect(end >= start).toBe(true);
    expect(collector.faults).toEqual([]);
  });

  it("says of a task which states it went through, and of which error it failed, by its type alone", async () => {
    const { task_id: id } = await submit("/tasks", { task: "probe.fail", args: ["private"] });
    await ended(id);
    const span = await vi.waitFor(() => collector.spans.get(spanIdOf(id)) ?? Promise.reject(new Error("no span yet")), {
      timeout: 20_000,
    });
    expect(span.events.map(({ name }) => name)).toEqual(["STARTED", "FAILURE"]);
    expect(span.status).toEqual({ code: 2, message: "ExpectedError" });
    expect(JSON.stringify(span)).not.toContain("expected to fail");
    expect(span.attributes).toContainEqual({ key: "celeriac.status", value: { stringValue: "FAILURE" } });
  });

  it("ends its tasks where the collector takes nothing", async () => {
    collector.refuse(true);
    const { task_id: id } = await submit("/chain", {
      tasks: [
        { task: "math.add", args: [1, 2] },
        { task: "math.mul", args: [2] },
      ],
    });
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 6 });
    expect(collector.spans.get(spanIdOf(id))).toBeUndefined();
    collector.refuse(false);
  });
});
