import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { startEmbeddedAws } from "embedded-aws";
import type { EmbeddedAws, Guard } from "embedded-aws";
import { synthesize } from "../../lib/synth.ts";
import { BatchAnswer } from "../../src/core/http/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { call, ended, taskOf, useApi } from "./support/api.ts";
import { refusal } from "./support/rig.ts";

const ROOT = join(import.meta.dirname, "../..");
const log =
  process.env["CELERIAC_LOG"] === undefined ? undefined : (line: string) => void process.stderr.write(`${line}\n`);
/** Batches that are sent until one of them comes as it was sent: how SQS hands out messages is its own affair. */
const TRIES = 20;

let project: string;
let embedded: EmbeddedAws;
let guard: Guard = () => null;

/** A project with one module, whose function takes messages by threes. */
beforeAll(async () => {
  await mkdir(join(ROOT, ".celeriac"), { recursive: true });
  project = await mkdtemp(join(ROOT, ".celeriac", "batches-"));
  await cp(join(ROOT, "test/fixtures/batches"), project, { recursive: true });
  const assembly = join(project, "assembly");
  [embedded] = await Promise.all([
    startEmbeddedAws({ guard: (request) => guard(request), log }),
    synthesize(project, { CELERIAC_STAGE: "local", CDK_OUTDIR: assembly }),
  ]);
  await embedded.deploy(assembly);
  useApi(embedded.apiUrl);
});

afterAll(async () => {
  await embedded.stop();
  await rm(project, { recursive: true, force: true });
});

const Seen = z.object({ invocation: z.string(), deliveries: z.number() });

/**
 * Submits a task that runs well, one that is meant, and another that runs well, until one invocation takes both that
 * run well.
 * @returns the three ids.
 */
async function inOneBatch(node: object): Promise<string[]> {
  const well = t("lots.well");
  for (let left = TRIES; left > 0; left -= 1) {
    const answer = await call("POST", "/tasks/batch", { tasks: [well, node, well] });
    const ids = BatchAnswer.parse(answer.json).tasks.map((task) => task.task_id);
    const records = await Promise.all(ids.map((id) => ended(id)));
    const [first, last] = [records[0], records[2]].map((record) => Seen.parse(record?.result));
    expect([first?.deliveries, last?.deliveries]).toEqual([1, 1]);
    if (first?.invocation === last?.invocation) return ids;
  }
  throw new Error(`None of ${TRIES} batches came as it was sent.`);
}

const startsOf = async (id: string): Promise<number> =>
  (await taskOf(id)).events.filter((event) => event.status === "STARTED").length;

describe("a message among those of one invocation", () => {
  it.each([
    ["spins past its hard limit", { ...t("lots.spin"), options: { time_limit: 1 } }, "TimeLimitExceeded"],
    ["ends its process", t("lots.exit"), "WorkerLost"],
    ["throws", t("lots.fail"), "Error"],
  ])("fails alone where its task %s", async (_what, node, type) => {
    const ids = await inOneBatch(node);
    expect(await ended(ids[1] ?? "")).toMatchObject({ status: "FAILURE", error: { type } });
    expect(await Promise.all(ids.map(startsOf))).toEqual([1, 1, 1]);
  });

  it("comes back alone where its worker cannot handle it", async () => {
    const seen = new Set<string>();
    // The first claim of each task with this argument.
    guard = ({ caller, operation, body }) => {
      const text = body.toString();
      if (caller === null || operation !== "UpdateItem" || !text.includes("returns") || !text.includes("#lease = "))
        return null;
      const { Key } = z.object({ Key: z.object({ id: z.object({ S: z.string() }) }) }).parse(JSON.parse(text));
      if (seen.has(Key.id.S)) return null;
      seen.add(Key.id.S);
      return refusal();
    };
    const [, id = ""] = await inOneBatch(t("lots.well", "returns"));
    expect(Seen.parse((await ended(id)).result).deliveries).toBe(2);
  });
});
