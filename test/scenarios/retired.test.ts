import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import * as z from "zod";
import { type EmbeddedAws, startEmbeddedAws } from "embedded-aws";
import { synthesize } from "../../local/synth.ts";
import { ended, refused, submit, useApi } from "./support/api.ts";

const ROOT = join(import.meta.dirname, "../..");
let embedded: EmbeddedAws;
let assembly = "";

/** The local stage as it is once `probe` was removed and its queue is kept. */
async function synthesizeRetired(folder: string): Promise<void> {
  const CdkJson = z.object({ context: z.object({ stages: z.object({ local: z.record(z.string(), z.unknown()) }) }) });
  const { local } = CdkJson.parse(JSON.parse(await readFile(join(ROOT, "cdk.json"), "utf8"))).context.stages;
  const stages = { local: { ...local, modulesOff: ["probe"], retiredModules: ["probe"] } };
  vi.stubEnv("CDK_CONTEXT_JSON", JSON.stringify({ stages }));
  await synthesize(ROOT, folder, new AbortController().signal);
  vi.unstubAllEnvs();
}

beforeAll(async () => {
  assembly = await mkdtemp(join(tmpdir(), "celeriac-retired-"));
  [embedded] = await Promise.all([startEmbeddedAws(), synthesizeRetired(assembly)]);
  await embedded.deploy(inject("assembly"));
  useApi(embedded.apiUrl);
});

afterAll(async () => {
  await embedded.stop();
  await rm(assembly, { recursive: true, force: true });
});

describe("a module that was removed", () => {
  it("leaves its queue, where what still waits fails and settles what waits for it", async () => {
    const lone = await submit("/tasks", { task: "probe.identity", args: [1], options: { countdown: 5 } });
    const chain = await submit("/chain", {
      tasks: [
        { task: "math.add", args: [1, 2], options: { countdown: 5 } },
        { task: "probe.identity" },
        { task: "math.add", args: [1] },
      ],
    });
    await embedded.deploy(assembly);
    const error = { type: "NotRegistered", message: expect.stringContaining('"probe.identity"') };
    expect(await ended(lone.task_id)).toMatchObject({ status: "FAILURE", error: { ...error, task_id: lone.task_id } });
    const step = chain.tasks[1]?.task_id;
    expect(await ended(chain.task_id)).toMatchObject({ status: "FAILURE", error: { ...error, task_id: step } });
    await refused(400, "POST", "/tasks", { task: "probe.identity", args: [1] });
  });
});
