import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "node:http";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { runTask } from "celeriac/testing";
import { migrate } from "../recipes/steps.ts";
import { total } from "../recipes/bucket.ts";
import { call } from "../recipes/webhook.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const DOCS = readFileSync(join(ROOT, "docs", "recipes.md"), "utf8");

describe("the recipes of the docs", () => {
  it.each(readdirSync(join(ROOT, "test", "recipes")))("show %s as the compiler has checked it", (file) => {
    const code = readFileSync(join(ROOT, "test", "recipes", file), "utf8");
    expect(DOCS).toContain(`\`\`\`ts\n${code}\`\`\``);
  });

  it("go on step by step", async () => {
    const first = await runTask(migrate, [0, 2_500]);
    expect(first).toMatchObject({ status: "REPLACED", replacement: { task: "steps.migrate", args: [1_000, 2_500] } });
    expect((await runTask(migrate, [2_000, 2_500])).result).toBe(2_500);
    expect((await runTask(total, [[1, 2]])).result).toBe(3);
  });

  it("call a webhook until it is taken, with one key", async ({ onTestFinished }) => {
    const keys: unknown[] = [];
    const server = createServer((request, response) => {
      keys.push(request.headers["idempotency-key"]);
      response.writeHead(keys.length < 3 ? 503 : 204).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const run = await runTask(call, [`http://127.0.0.1:${port}/`, { event: "paid" }]);
    expect(run).toMatchObject({ status: "SUCCESS", result: 204, retries: [{}, {}], effects: ["posted"] });
    expect(new Set(keys).size).toBe(1);
  });
});
