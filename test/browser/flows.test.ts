import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, inject, it } from "vitest";
import { MAX_RETURNS } from "../../src/core/limits.ts";
import { call, ended, run, settled, submit } from "../scenarios/support/api.ts";
import { type Screen, openDashboard } from "./browser.ts";
import { awsUrl } from "../scenarios/support/served.ts";

const sqs = new SQSClient({
  endpoint: awsUrl,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/**
 * Makes a dead letter of a task that waits: its message is lost, and SQS gives up what is sent in its place, once more
 * than it may come back.
 */
async function bury(id: string): Promise<void> {
  const body = JSON.stringify({ op: "run", id, attempt: 0, hops: 0, returns: MAX_RETURNS });
  const QueueUrl = `${awsUrl}/000000000000/celeriac-local-dead`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
}

describe.each<Screen>(["desktop", "phone"])("on a %s", (screen) => {
  it("the graph of a nested canvas turns green while it runs", async () => {
    const { task_id: id } = await submit("/canvas", {
      chain: [
        { task: "probe.sleep", args: [1.5] },
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
      ],
    });
    const page = await openDashboard(`#/canvas/${id}`, { screen });
    const green = page.locator(".node[data-status=SUCCESS]");
    await page.locator(".node").first().waitFor();
    expect(await page.locator(".node").count()).toBe(8);
    expect(await green.count()).toBeLessThan(8);
    await expect.poll(() => green.count(), { timeout: 20_000 }).toBe(8);
    await page.locator(".page-head .status.success").waitFor();
    expect(await settled(id)).toMatchObject({ status: "SUCCESS" });
    await page.locator(".node", { hasText: "math.mul" }).click();
    await page.getByRole("heading", { name: "math.mul", exact: true }).waitFor();
  });

  it("a failed task is retried, and one that waits revoked, each after a question", async () => {
    const { task_id: failed } = await run("probe.fail", ["order 17"]);
    const page = await openDashboard(`#/task/${failed}`, { screen });
    await page.getByText("Task expected to fail").first().waitFor();
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Retry" }).click();
    await page.waitForURL((url) => url.hash.startsWith("#/task/") && !url.hash.includes(failed));
    const again = new URL(page.url()).hash.slice("#/task/".length);
    expect(await ended(again)).toMatchObject({ status: "FAILURE", task: "probe.fail" });
    await page.locator(".page-head .status.failure").waitFor();

    const { task_id: waiting } = await submit("/tasks", {
      task: "math.add",
      args: [1, 2],
      options: { countdown: 600 },
    });
    await page.goto(`${inject("dashboardUrl")}/#/task/${waiting}`);
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.locator(".page-head .status.revoked").waitFor();
    expect(await ended(waiting)).toMatchObject({ status: "REVOKED" });
  });

  it("the dead tasks of a queue go back to it", async () => {
    const { task_id: id } = await submit("/tasks", {
      task: "records.process_chunk",
      args: [0, 3],
      options: { countdown: 800 },
    });
    await bury(id);
    expect(await ended(id)).toMatchObject({ status: "FAILURE" });
    const page = await openDashboard("#/queues", { screen });
    const button = page.getByRole("button", { name: "Redrive records" });
    await expect.poll(() => button.isEnabled(), { timeout: 15_000 }).toBe(true);
    await button.click();
    await page.getByRole("dialog").getByRole("button", { name: "Redrive" }).click();
    await page.getByText(/dead tasks went back to records/).waitFor();
    expect(await ended(id)).toMatchObject({ status: "SUCCESS" });
    await expect.poll(() => button.isDisabled(), { timeout: 15_000 }).toBe(true);
  });

  it("a task is run by the form that is made from its schema, which refuses what does not fit", async () => {
    const page = await openDashboard("#/registry", { screen });
    await page.getByRole("searchbox").fill("sleep");
    await page.getByRole("link", { name: "sleep" }).click();
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText("Is needed").waitFor();
    await page.getByLabel("seconds").fill("901");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("seconds").fill("0.01");
    await page.getByText("Options", { exact: true }).click();
    await page.getByLabel("max_retries").fill("1");
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.hash.startsWith("#/task/"));
    const id = new URL(page.url()).hash.slice("#/task/".length);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 0.01 });
    await page.locator(".page-head .status.success").waitFor();
    expect((await call("GET", `/tasks/${id}`)).json).toMatchObject({ options: { max_retries: 1 } });
  });

  it("a task shows its progress, its attempts and what it has logged", async () => {
    const { task_id: id } = await submit("/tasks", { task: "probe.progress", args: [4, 0.6] });
    const page = await openDashboard(`#/task/${id}`, { screen });
    const bar = page.getByRole("progressbar");
    await expect
      .poll(async () => Number(await bar.getAttribute("value").catch(() => 0)), { timeout: 20_000 })
      .toBeGreaterThan(0);
    await page.locator(".page-head .status.success").waitFor();
    const { task_id: flaky } = await run("probe.flaky", [1]);
    await page.goto(`${inject("dashboardUrl")}/#/task/${flaky}`);
    await page.locator(".timeline > .retry").waitFor();
    expect(await page.locator(".timeline > li").allInnerTexts()).toHaveLength(5);
    const { task_id: failed } = await run("probe.raise_error", []);
    await page.goto(`${inject("dashboardUrl")}/#/task/${failed}`);
    await page.locator(".log.error", { hasText: "deliberate error" }).waitFor();
  });

  it("the list shows new tasks as they come, and narrows to what is asked for", async () => {
    const word = `w${crypto.randomUUID().slice(0, 8)}`;
    const page = await openDashboard("#/tasks", { screen });
    await page.locator("table.tasks, .notice").first().waitFor();
    await submit("/tasks", { task: "probe.fail", args: [word] });
    const row = page.locator("tr", { hasText: word });
    await row.waitFor();
    await row.locator(".status.failure").waitFor();
    await page.getByRole("button", { name: "SUCCESS" }).click();
    await row.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "FAILURE" }).click();
    await page.getByRole("searchbox").fill(word);
    await expect.poll(() => page.locator("table.tasks tbody tr").count()).toBe(1);
    await page.locator(".c-task a").click();
    await page.getByRole("heading", { name: "probe.fail" }).waitFor();
  });
});

describe("the page", () => {
  it("forgets a task that has ended, for good", async () => {
    const { task_id: id } = await run("math.add", [1, 2]);
    const page = await openDashboard(`#/task/${id}`);
    await page.getByRole("button", { name: "Forget" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Forget" }).click();
    await page.getByRole("heading", { name: "Tasks" }).waitFor();
    expect((await call("GET", `/tasks/${id}`)).status).toBe(404);
  });

  it("has what waits in a queue revoked", async () => {
    const tasks = Array.from({ length: 40 }, () => ({ task: "probe.sleep", args: [0.5] }));
    await call("POST", "/tasks/batch", { tasks });
    const page = await openDashboard("#/queues");
    await page.getByRole("button", { name: "Purge probe" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Purge" }).click();
    const told = page.getByRole("status").filter({ hasText: "being revoked" });
    expect(await told.innerText()).toMatch(/^In probe \d+ waiting and \d+ delayed tasks are being revoked\.$/);
  });

  it("speaks Korean to those whose browser does, and English when asked to", async () => {
    const page = await openDashboard("#/tasks", { locale: "ko-KR" });
    await page.getByRole("heading", { name: "작업" }).waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("ko");
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("heading", { name: "Tasks" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Tasks" }).waitFor();
  });

  it("shows in a browser on a machine without a locale", async () => {
    const page = await openDashboard("#/tasks", { locale: null });
    expect(await page.getByRole("heading", { name: "Tasks" }).innerText()).toBe("Tasks");
  });

  it("follows the system's theme until another is chosen", async () => {
    const page = await openDashboard("#/tasks", { theme: "dark" });
    const theme = () => page.locator("html").getAttribute("data-theme");
    await expect.poll(theme).toBe("dark");
    await page.getByRole("button", { name: "Light theme" }).click();
    await expect.poll(theme).toBe("light");
  });

  it("can be used with the keyboard alone", async () => {
    await run("math.add", [1, 2]);
    const page = await openDashboard("#/queues");
    await page.getByRole("heading", { name: "Queues" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await page.getByRole("link", { name: "Tasks" }).focus();
    await page.keyboard.press("Enter");
    await page.locator(".c-task a").first().waitFor();
    await page.locator(".c-task a").first().focus();
    await page.keyboard.press("Enter");
    await page.locator(".timeline").waitFor();
  });

  it("stops looking while it is paused, and when nothing it shows can change", async () => {
    const { task_id: id } = await run("math.add", [1, 2]);
    const page = await openDashboard(`#/task/${id}`);
    await page.locator(".page-head .status.success").waitFor();
    await page.getByRole("button", { name: "Idle" }).waitFor();
    const asked: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/v1/live")) asked.push(request.url());
    });
    await page.goto(`${inject("dashboardUrl")}/#/tasks`);
    await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(1);
    await page.getByRole("button", { name: "Live" }).click();
    await page.getByRole("button", { name: "Paused" }).waitFor();
    const before = asked.length;
    const { task_id: unseen } = await run("probe.identity", ["unseen"]);
    await page.getByRole("button", { name: "Paused" }).waitFor();
    expect(asked.length).toBeLessThanOrEqual(before + 1);
    await page.getByRole("button", { name: "Paused" }).click();
    await page.locator("tr", { hasText: unseen.slice(0, 8) }).waitFor();
  });
});
