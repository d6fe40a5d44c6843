import { randomUUID } from "node:crypto";
import { BatchWriteItemCommand, DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { rootId } from "../../src/aws/canvas-table.ts";
import { call, ended, submit } from "../scenarios/support/api.ts";
import { awsUrl } from "../scenarios/support/served.ts";
import { openDashboard } from "./browser.ts";

/** The longest time for which the page has answered nobody so far, in milliseconds, for the record: machines differ. */
async function longestTask(page: Page): Promise<number> {
  const longest: unknown = await page.evaluate(`new Promise((resolve) => {
    const durations = [0];
    const observer = new PerformanceObserver((list) => durations.push(...list.getEntries().map((entry) => entry.duration)));
    observer.observe({ type: "longtask", buffered: true });
    setTimeout(() => resolve(Math.round(Math.max(...durations))), 50);
  })`);
  return Number(longest);
}

const elementsOf = async (page: Page): Promise<number> =>
  Number(await page.evaluate("document.querySelectorAll('*').length"));

/** Puts copies of a run that has ended into the table, a second apart: 10,000 canvases would take the machine minutes. */
async function copyRun(id: string, copies: number): Promise<void> {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new DynamoDBClient({ endpoint: awsUrl, region: "us-east-1", credentials });
  const table = "celeriac-local";
  const { Item: run } = await client.send(new GetItemCommand({ TableName: table, Key: { id: { S: rootId(id) } } }));
  if (run?.["root"]?.S === undefined) throw new Error("The run is not there.");
  const root = z.looseObject({ created: z.number() }).parse(JSON.parse(run["root"].S));
  const items = Array.from({ length: copies }, (_, n) => {
    const own = randomUUID();
    const created = root.created - 10 * n;
    return {
      ...run,
      id: { S: rootId(own) },
      root: { S: JSON.stringify({ ...root, created }) },
      seq: { S: `${new Date(created).toISOString()}#${own}` },
    };
  });
  for (let first = 0; first < copies; first += 25) {
    const Put = items.slice(first, first + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: Put } }));
  }
}

describe("10,000 runs", () => {
  it("come in pages, so that the list stays as small as with 25", { timeout: 120_000 }, async () => {
    const { task_id: id, root_id: root } = await submit("/chain", {
      tasks: [
        { task: "math.add", args: [1, 2] },
        { task: "math.mul", args: [2] },
      ],
    });
    await ended(id);
    await expect.poll(async () => (await call("GET", "/canvases?status=SUCCESS")).text).toContain(id);
    await copyRun(root, 10_000);
    const page = await openDashboard("#/runs");
    await page.locator("table.runs tbody tr").nth(24).waitFor();
    const first = await elementsOf(page);
    for (let n = 2; n <= 6; n += 1) {
      await page.getByRole("button", { name: "Older" }).click();
      await page.getByText(`Page ${n},`).waitFor();
    }
    expect(await page.locator("table.runs tbody tr").count()).toBe(25);
    expect(await elementsOf(page)).toBeLessThan(first * 1.2);
    console.log(`10,000 runs: longest task of the page ${await longestTask(page)} ms, ${first} elements`);
  });
});

describe("10,000 tasks", () => {
  it("come in pages, so that the list stays as small as with a hundred", async () => {
    // A thousand at a time: a request has 29 s, which a busy machine may take for all of them at once.
    for (let thousand = 0; thousand < 10; thousand += 1) {
      const tasks = Array.from({ length: 1_000 }, (_, n) => ({
        task: "math.add",
        args: [1_000 * thousand + n, 1],
        options: { countdown: 850 },
      }));
      expect((await call("POST", "/tasks/batch", { tasks })).status).toBe(202);
    }
    const page = await openDashboard("#/tasks");
    await page.locator("table.tasks tr").nth(50).waitFor();
    const first = await elementsOf(page);
    for (let n = 2; n <= 5; n += 1) {
      await page.getByRole("button", { name: "Older" }).click();
      await page.getByText(`Page ${n},`).waitFor();
    }
    expect(await page.locator("table.tasks tbody tr").count()).toBe(50);
    expect(await elementsOf(page)).toBeLessThan(first * 1.2);
    expect(await elementsOf(page)).toBeLessThan(3_000);
    console.log(`10,000 tasks: longest task of the page ${await longestTask(page)} ms, ${first} elements`);
  });

  it("that arrive while somebody watches are told of, not poured in", { timeout: 120_000 }, async () => {
    const page = await openDashboard("#/tasks");
    await page.locator("table.tasks tr").nth(50).waitFor();
    const tasks = Array.from({ length: 500 }, (_, n) => ({
      task: "math.mul",
      args: [n, 1],
      options: { countdown: 850 },
    }));
    expect((await call("POST", "/tasks/batch", { tasks })).status).toBe(202);
    await page.getByRole("button", { name: /more new tasks/ }).click({ timeout: 60_000 });
    await page.locator("tr", { hasText: "math.mul" }).first().waitFor({ timeout: 60_000 });
    expect(await page.locator("table.tasks tbody tr").count()).toBeLessThanOrEqual(200);
  });
});

describe("a chord of 1,000", () => {
  it("is a graph of two nodes that counts, with its members in pages", { timeout: 180_000 }, async () => {
    const header = Array.from({ length: 1_000 }, (_, n) => ({ task: "math.add", args: [n, 1] }));
    const { task_id: id } = await submit("/chord", { header, body: { task: "math.tsum" } });
    const page = await openDashboard(`#/canvas/${id}`);
    await page.locator(".wide-group").waitFor();
    expect(await page.locator(".node").count()).toBe(2);
    await page.locator(".wide-group").click();
    await page.locator(".cells a").nth(99).waitFor();
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByText("Members 100 to 199 of 1,000").waitFor();
    expect(await page.locator(".cells a").count()).toBe(100);
    await page.locator(".wide-group[data-status=SUCCESS]", { hasText: "1,000 / 1,000" }).waitFor({ timeout: 120_000 });
    await expect.poll(() => page.locator(".cells a[data-status=SUCCESS]").count(), { timeout: 10_000 }).toBe(100);
    expect(await elementsOf(page)).toBeLessThan(1_000);
    console.log(`chord of 1,000: longest task of the page ${await longestTask(page)} ms`);
  });
});

describe("a chord of 10,000", () => {
  it("is opened, counted and paged through without a frozen page", async () => {
    const header = Array.from({ length: 10_000 }, () => ({
      task: "math.add",
      args: [1, 1],
      options: { countdown: 850 },
    }));
    const { task_id: id } = await submit("/chord", { header, body: { task: "math.tsum" } });
    const page = await openDashboard(`#/canvas/${id}`);
    await page.locator(".wide-group", { hasText: "10,000" }).click();
    await page.locator(".cells a").nth(99).waitFor();
    await page.getByLabel("Members", { exact: true }).selectOption("99");
    await page.getByText("Members 9,900 to 9,999 of 10,000").waitFor();
    expect(await elementsOf(page)).toBeLessThan(1_000);
    const longest = await longestTask(page);
    console.log(`chord of 10,000: longest task of the page ${longest} ms`);
    await call("POST", `/tasks/${id}/revoke`, {});
  });
});
