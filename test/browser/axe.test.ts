import axe from "axe-core";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ended, run, submit } from "../scenarios/support/api.ts";
import { type Screen, openDashboard } from "./browser.ts";

const Results = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullable(),
      nodes: z.array(z.object({ html: z.string(), failureSummary: z.string().optional() })),
    }),
  ),
});

/** What axe finds that keeps somebody from using the page, in a line each. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = Results.parse(await page.evaluate("axe.run()"));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}

const subjects = { task: "", failed: "", group: "", nested: "", wide: "" };

beforeAll(async () => {
  subjects.task = (await run("probe.flaky", [1])).task_id;
  subjects.failed = (await run("probe.fail", ["x"])).task_id;
  const add = { task: "math.add", args: [1, 2] };
  subjects.group = (await submit("/group", { tasks: [add, add] })).task_id;
  subjects.nested = (
    await submit("/canvas", {
      chain: [add, { group: [{ task: "probe.identity" }, { task: "probe.fail" }] }, { task: "math.xsum" }],
    })
  ).task_id;
  subjects.wide = (
    await submit("/chord", { header: Array.from({ length: 30 }, () => add), body: { task: "math.tsum" } })
  ).task_id;
  await ended(subjects.wide);
});

/** Every page, and what has to be there before it is looked at. */
const PAGES: readonly (readonly [string, () => string, string])[] = [
  ["the overview", () => "#/overview", ".tasks"],
  ["the list of tasks", () => "#/tasks", ".tasks"],
  ["a task", () => `#/task/${subjects.task}`, ".timeline"],
  ["a failed task", () => `#/task/${subjects.failed}`, ".card.failed"],
  ["a group", () => `#/task/${subjects.group}`, ".members"],
  ["a graph", () => `#/canvas/${subjects.nested}`, ".node"],
  ["the runs", () => "#/runs", "table.runs"],
  ["the schedules", () => "#/schedules", "table.schedules"],
  ["what runs again", () => `#/again/${subjects.nested}`, "textarea"],
  ["a form with a list", () => "#/registry/email.send_batch", ".nested"],
  ["a graph with a wide group", () => `#/canvas/${subjects.wide}`, ".wide-group"],
  ["the queues", () => "#/queues", ".queues"],
  ["the registry", () => "#/registry", ".names"],
  ["a task's form", () => "#/registry/probe.progress", ".run"],
  ["a workflow's form", () => "#/registry/workflow%3Aetl", ".run"],
  ["the insights", () => "#/insights", ".notice, table"],
];

const QUESTION = /^(Retry|재실행)$/;

describe.each<readonly [Screen, "light" | "dark", "en-US" | "ko-KR"]>([
  ["desktop", "light", "en-US"],
  ["desktop", "dark", "en-US"],
  ["phone", "dark", "ko-KR"],
])("on a %s in the %s theme, in %s, axe finds nothing serious", (screen, theme, locale) => {
  it.each(PAGES)("about %s", async (_name, hash, ready) => {
    const page = await openDashboard(hash(), { screen, theme, locale });
    await page.locator(ready).first().waitFor();
    const wide = page.locator(".wide-group");
    if ((await wide.count()) > 0) {
      await wide.click();
      await page.locator(".cells a").first().waitFor();
    }
    expect(await faultsOf(page)).toEqual([]);
  });

  it("about a question", async () => {
    const page = await openDashboard(`#/task/${subjects.failed}`, { screen, theme, locale });
    await page.getByRole("button", { name: QUESTION }).click();
    await page.getByRole("dialog").waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});
