import { describe, expect, inject, it } from "vitest";
import { call, ended, run, submit } from "../scenarios/support/api.ts";
import { type Screen, openDashboard } from "./browser.ts";

const failing = {
  tasks: [{ task: "math.add", args: [1, 1] }, { task: "probe.fail" }, { task: "math.add", args: [1] }],
};

describe.each<Screen>(["desktop", "phone"])("on a %s", (screen) => {
  it("a run that failed is found, looked into, and resumed", async () => {
    const { task_id: id } = await submit("/chain", failing);
    await ended(id);
    const page = await openDashboard("#/runs", { screen });
    const row = page.locator("table.runs tbody tr", { hasText: "math.add → probe.fail" }).first();
    await row.locator(".status.failure").waitFor();
    await row.locator("a").click();
    await page.getByRole("heading", { name: "math.add → probe.fail → math.add" }).waitFor();
    await page.locator(".gantt-row").first().waitFor();
    expect(await page.locator(".gantt-row").count()).toBe(2);
    await page.locator(".node", { hasText: "probe.fail" }).click();
    await page.locator(".node-panel", { hasText: "Task expected to fail" }).waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect
      .poll(async () => JSON.stringify((await call("GET", `/canvases/${id}`)).json), { timeout: 20_000 })
      .toContain('"status":"FAILURE"');
    const task = new URL(page.url()).hash;
    expect(task).toContain(id);
  });

  it("a task runs again with other input", async () => {
    const { task_id: id } = await run("math.add", [1, 1]);
    const page = await openDashboard(`#/task/${id}`, { screen });
    await page.getByRole("link", { name: "Run again…" }).click();
    const field = page.getByLabel("What runs");
    await expect.poll(() => field.inputValue(), { timeout: 10_000 }).toContain("math.add");
    await field.fill('{"task": "math.add", "args": [20, 22]}');
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.waitForURL((url) => url.hash.startsWith("#/task/"));
    const again = new URL(page.url()).hash.slice("#/task/".length);
    expect(await ended(again)).toMatchObject({ status: "SUCCESS", result: 42 });
  });

  it("a log is lines that can be narrowed by level and words", async () => {
    const { task_id: id } = await run("probe.raise_error", [{ order: 17 }]);
    const page = await openDashboard(`#/task/${id}`, { screen });
    await page.locator(".log.error").first().waitFor();
    const lines = await page.locator(".log").count();
    const level = page.getByRole("group", { name: "Level" });
    await level.getByRole("button", { name: "WARN" }).click();
    await expect.poll(() => page.locator(".log.error").count()).toBe(0);
    await level.getByRole("button", { name: "ERROR" }).click();
    await expect.poll(() => page.locator(".log.error").count()).toBe(lines);
    await page.getByRole("searchbox", { name: "Search the log" }).fill("no such words");
    await page.getByText("No line fits.").waitFor();
    expect(await page.locator(".log").count()).toBe(0);
  });

  it("a schedule is run, paused and resumed", async () => {
    const page = await openDashboard("#/schedules", { screen });
    await page.getByRole("button", { name: "Run now: probe.leap_day" }).click();
    await page.getByText("probe.leap_day was started.").waitFor();
    await page.getByRole("button", { name: "Pause probe.leap_day" }).click();
    await page.locator(".schedules .status.retry", { hasText: "Paused" }).waitFor();
    await page.getByRole("button", { name: "Resume probe.leap_day" }).click();
    await page.getByRole("button", { name: "Pause probe.leap_day" }).waitFor();
    expect(await page.locator(".schedules .status.retry").count()).toBe(0);
  });

  it("many tasks are counted, and then retried", { timeout: 120_000 }, async () => {
    const word = `w${crypto.randomUUID().slice(0, 8)}`;
    await Promise.all([run("probe.fail", [word]), run("probe.fail", [word])]);
    const page = await openDashboard(`#/tasks?text=${word}`, { screen });
    await page.locator("table.tasks tbody tr").first().waitFor({ timeout: 90_000 });
    await page.getByRole("button", { name: "Retry…" }).click();
    await page.getByText("2 tasks fit the filter.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Retry" }).click();
    await page.getByText("2 done, 0 refused.").waitFor();
    expect(JSON.stringify((await call("GET", `/search?text=${word}`)).json).split(word)).toHaveLength(5);
  });

  it("a form has fields for lists of objects, and shows what the API refuses at its field", async () => {
    const page = await openDashboard("#/registry/email.send_batch", { screen });
    const to = page.locator("[id='arg-1.0.to']");
    await page.getByRole("button", { name: "Example" }).click();
    await expect.poll(() => to.inputValue()).toContain("@");
    await to.fill("nobody");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    await page.locator(".field.at-fault").first().waitFor();
    expect(await page.locator(".field.at-fault").count()).toBe(1);
  });

  it("the overview tells the last minutes", async () => {
    await run("math.add", [1, 2]);
    const page = await openDashboard("#/overview", { screen });
    await page.getByRole("group", { name: "Range" }).getByRole("button", { name: "Last 15 minutes" }).click();
    await page.getByRole("img", { name: "Throughput" }).waitFor();
    await page.locator(".by-task", { hasText: "math.add" }).waitFor();
    expect(new URL(page.url()).hash).toBe("#/overview?range=15m");
  });
});

describe("the page", () => {
  it("says what to do about an API that does not answer", async () => {
    const page = await openDashboard("#/registry");
    await page.locator(".names").first().waitFor();
    await page.route("**/v1/**", (route) => route.fulfill({ status: 504, body: "{}" }));
    await page.goto(`${inject("dashboardUrl")}/#/runs`);
    await page.getByText("The API cannot be reached.").waitFor();
    await page.unroute("**/v1/**");
    await page.getByRole("button", { name: "Try again" }).first().click();
    await page.locator("table.runs, .notice.empty").first().waitFor();
    expect(await page.getByText("The API cannot be reached.").count()).toBe(0);
  });

  it("goes to the search at a slash, but not where somebody types", async () => {
    const page = await openDashboard("#/tasks");
    const field = page.getByRole("searchbox");
    await field.waitFor();
    await page.keyboard.press("/");
    await expect.poll(() => field.evaluate((element) => element.matches(":focus"))).toBe(true);
    await page.keyboard.type("a/b");
    expect(await field.inputValue()).toBe("a/b");
  });
});
