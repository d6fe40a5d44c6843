import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type * as math from "../../functions/tasks/math.ts";
import { chain, group, task } from "../../src/client/index.ts";
import type { Client } from "../../src/client/index.ts";
import { awsUrl } from "./support/served.ts";

/** A folder of the assembly that has a registry: each function's bundle does. */
function registryFolder(): string {
  const files = readdirSync(inject("assembly"), { recursive: true, encoding: "utf8" });
  const file = files.find((name) => name.endsWith("registry.json"));
  if (file === undefined) throw new Error("No asset of the assembly has a registry.");
  return join(inject("assembly"), file, "..");
}

describe("a client straight to queues and table", () => {
  let client: Client<typeof math>;
  const mul = task<typeof math.mul>("math.mul");

  beforeAll(async () => {
    const variables = {
      AWS_ENDPOINT_URL: awsUrl,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      CELERIAC_STAGE: "local",
      CELERIAC_TABLE: "celeriac-local",
      CELERIAC_BUCKET: "celeriac-local-000000000000-us-east-1",
      CELERIAC_QUEUE_PREFIX: `${awsUrl}/000000000000/celeriac-local-`,
      CELERIAC_MACHINE_PREFIX: "arn:aws:states:us-east-1:000000000000:stateMachine:celeriac-local-",
      CELERIAC_RETENTION_DAYS: "7",
      CELERIAC_REGISTRY: registryFolder(),
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const { createDirectClient } = await import("../../src/client/direct.ts");
    client = createDirectClient<typeof math>();
  });

  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it("has the verbs of one over HTTP", async () => {
    expect(await (await client.delay("math.mul", 6, 7)).result({ timeout: 40 })).toBe(42);
    const canvas = await client.apply(chain(mul.s(1, 2), group(mul.s(3), mul.s(4))), { priority: 1 });
    expect(await canvas.result()).toEqual([6, 8]);
    expect(canvas.submission?.tasks).toHaveLength(3);
    const handles = await client.batch([mul.s(1, 2), mul.s(3, 4)]);
    expect(await Promise.all(handles.map((handle) => handle.result()))).toEqual([2, 12]);
    const late = await client.apply("math.mul", { args: [1, 2], countdown: 600 });
    await late.revoke();
    await expect(late.result()).rejects.toMatchObject({ code: "task_revoked" });
    expect(await (await late.retry()).result()).toBe(2);
  });

  it("is refused as over HTTP, and leaves nothing behind", async () => {
    const wrong = client.delay(task("math.mul"), "x");
    await expect(wrong).rejects.toMatchObject({ status: 400, code: "invalid_input" });
    await expect(client.delay(task("math.none"))).rejects.toMatchObject({ status: 400 });
    await expect(client.handle("none").record()).rejects.toMatchObject({ status: 404, code: "unknown_task" });
  });

  it("starts once for one idempotency key", async () => {
    const call = { args: [1, 2] as [number, number], idempotencyKey: crypto.randomUUID() };
    const first = await client.apply(mul, call);
    expect((await client.apply(mul, call)).taskId).toBe(first.taskId);
    await expect(client.apply(mul, { ...call, args: [2, 2] })).rejects.toMatchObject({ status: 409 });
  });
});
