import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";
import * as z from "zod";
import { SubmissionAnswer } from "../src/core/http/answer-schemas.ts";
import { startStage } from "../test/browser/stage.ts";

/** Takes the pictures of docs/monitor.md: `node scripts/screenshots.ts`. They show a local run with some work in it. */

const FOLDER = join(import.meta.dirname, "..", "docs", "screenshots");

/** One picture: its file, what is shown, what has to be there before, and what is clicked. */
interface Shot {
  readonly name: string;
  readonly hash: string;
  readonly ready: string;
  readonly click?: string;
  readonly phone?: boolean;
  readonly dark?: boolean;
  /** Milliseconds to wait for charts to have something to show. @default 600 */
  readonly wait?: number;
}

async function submit(url: string, path: string, body: unknown): Promise<string> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  return z.union([SubmissionAnswer, z.object({ task_id: z.string() })]).parse(await answer.json()).task_id;
}

const add = (x: number, y: number): unknown => ({ task: "math.add", args: [x, y] });

/** Some of everything. */
async function work(url: string): Promise<Record<"nested" | "wide" | "progress" | "failed", string>> {
  for (let n = 0; n < 40; n += 1) await submit(url, "/tasks", add(n, 1));
  const nested = await submit(url, "/canvas", {
    chain: [
      { task: "math.add", args: [1, 2] },
      {
        group: [
          { task: "probe.identity" },
          {
            chain: [
              { task: "math.add", args: [1] },
              { task: "math.mul", args: [5] },
            ],
          },
          {
            chord: {
              header: [
                { task: "math.add", args: [1] },
                { task: "math.add", args: [2] },
              ],
              body: { task: "math.xsum" },
            },
          },
        ],
      },
      { task: "math.xsum" },
      {
        group: [
          { task: "probe.sleep", args: [60], immutable: true },
          { task: "math.mul", args: [2] },
          { task: "probe.fail", immutable: true },
        ],
      },
      { task: "probe.size" },
    ],
  });
  const failed = await submit(url, "/tasks", { task: "probe.fail", args: ["order-17", { retry: false }] });
  await submit(url, "/tasks", { task: "probe.flaky", args: [2] });
  await submit(url, "/tasks", { task: "probe.raise_error", args: [{ customer: 4711 }] });
  await submit(url, "/workflows/etl", { args: ["name,qty\napple,3\npear,5\n"] });
  await submit(url, "/tasks", { task: "probe.sleep", args: [3], options: { countdown: 500 } });
  const mail = { to: "a@example.com", subject: "Your order", text: "It is on its way." };
  await submit(url, "/tasks", { task: "email.send_batch", args: [[mail]] });
  const progress = await submit(url, "/tasks", { task: "probe.progress", args: [120, 0.5] });
  const wide = await submit(url, "/chord", {
    header: [
      ...Array.from({ length: 960 }, (_, n) => add(n, 1)),
      ...Array.from({ length: 40 }, (_, n) => ({
        task: n % 9 === 0 ? "probe.fail" : "probe.sleep",
        args: [n % 9 === 0 ? 0 : 2],
      })),
    ],
    body: { task: "math.tsum" },
  });
  return { nested, wide, progress, failed };
}

async function take(browser: Browser, base: string, shot: Shot): Promise<void> {
  const viewport = shot.phone === true ? { width: 375, height: 740 } : { width: 1280, height: 800 };
  const page = await browser.newPage({ viewport, colorScheme: shot.dark === true ? "dark" : "light", locale: "en-US" });
  await page.goto(`${base}/${shot.hash}`);
  await page.locator(shot.ready).first().waitFor();
  if (shot.click !== undefined) await page.locator(shot.click).first().click();
  await delay(shot.wait ?? 600);
  await page.screenshot({ path: join(FOLDER, `${shot.name}.png`) });
  await page.close();
}

const stage = await startStage();
const browser = await playwright.launch({
  executablePath: await chromium.executablePath(),
  args: ["--no-sandbox", "--headless=shell", "--disable-gpu"],
});
try {
  await mkdir(FOLDER, { recursive: true });
  const ids = await work(stage.embedded.apiUrl);
  await delay(8_000);
  const shots: readonly Shot[] = [
    { name: "overview", hash: "#/overview", ready: ".tasks", wait: 16_000 },
    { name: "tasks", hash: "#/tasks", ready: ".tasks" },
    { name: "task", hash: `#/task/${ids.progress}`, ready: "progress" },
    { name: "workflow", hash: `#/canvas/${ids.nested}`, ready: ".node", wait: 1_500 },
    {
      name: "workflow-panel",
      hash: `#/canvas/${ids.nested}`,
      ready: ".node",
      click: ".node[data-status=FAILURE], .node[data-status=RETRY], .node",
      wait: 1_500,
    },
    {
      name: "workflow-wide",
      hash: `#/canvas/${ids.wide}`,
      ready: ".wide-group",
      click: ".wide-group",
      dark: true,
      wait: 1_500,
    },
    { name: "runs", hash: "#/runs", ready: "table.runs" },
    { name: "schedules", hash: "#/schedules", ready: "table.schedules" },
    { name: "queues", hash: "#/queues", ready: ".queues", wait: 16_000 },
    { name: "registry", hash: "#/registry/probe.progress", ready: ".run", dark: true },
    { name: "insights", hash: "#/insights", ready: ".notice, table" },
    { name: "phone-tasks", hash: "#/tasks", ready: ".tasks", phone: true },
    { name: "phone-workflow", hash: `#/canvas/${ids.nested}`, ready: ".node", phone: true, dark: true, wait: 1_500 },
  ];
  for (const shot of shots) await take(browser, stage.dashboardUrl, shot);
} finally {
  await browser.close();
  await stage.stop();
}
// Functions that still run something would keep this process.
process.exit();
