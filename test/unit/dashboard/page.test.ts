import { describe, expect, it } from "vitest";
import { buildPage } from "../../../dashboard/server/build.ts";
import { packAll } from "../../../dashboard/server/page.ts";
import { type HourInsight, spansOf } from "../../../dashboard/page/insights.ts";
import { linkTo, readRoute } from "../../../dashboard/page/router.ts";
import { en } from "../../../dashboard/page/text/en.ts";
import { ko } from "../../../dashboard/page/text/ko.ts";

/** Bytes of the whole page, compressed as a web server does by default. */
const BUDGET = 150 * 1024;

describe("the built page", () => {
  it("weighs less than 150 KB compressed, all files together", async () => {
    const page = await packAll(await buildPage());
    expect([...page.keys()].map((path) => path.replace(/-[A-Z0-9]{8}\./, "."))).toEqual(
      expect.arrayContaining(["/", "/app.js", "/app.css", "/icon.svg"]),
    );
    const bytes = [...page.values()].reduce((sum, file) => sum + file.gzip.length, 0);
    expect(bytes).toBeLessThan(BUDGET);
  });

  it("the built page names no other host", async () => {
    const page = await packAll(await buildPage());
    for (const { plain } of page.values()) {
      const hosts =
        Buffer.from(plain)
          .toString()
          .match(/https?:\/\/[\w.-]+/g) ?? [];
      expect(hosts.filter((host) => host !== "http://www.w3.org")).toEqual([]);
    }
  });
});

describe("the texts", () => {
  const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).toSorted();

  it("are the same in both languages, with the same values in them", () => {
    expect(Object.keys(ko)).toEqual(Object.keys(en));
    const differing = Object.entries(en).filter(
      ([key, text]) =>
        placeholders(Object.entries(ko).find(([other]) => other === key)?.[1] ?? "").join() !==
        placeholders(text).join(),
    );
    expect(differing).toEqual([]);
  });
});

describe("a route", () => {
  it.each([
    ["", { page: "overview", subject: "", query: {} }],
    ["#/tasks?status=FAILURE&text=a%20b", { page: "tasks", subject: "", query: { status: "FAILURE", text: "a b" } }],
    ["#/registry/workflow%3Aetl", { page: "registry", subject: "workflow:etl", query: {} }],
  ])("is read from %s", (hash, route) => {
    expect(readRoute(hash)).toEqual(route);
  });

  it("comes back as it was written", () => {
    expect(readRoute(linkTo("tasks", "", { text: "ä&b?#", status: undefined, queue: "math" }))).toEqual({
      page: "tasks",
      subject: "",
      query: { text: "ä&b?#", queue: "math" },
    });
    expect(readRoute(linkTo("task", "a/b")).subject).toBe("a/b");
  });
});

describe("recorded runs of several tasks", () => {
  const point = (change: Partial<HourInsight>): HourInsight => ({
    time: "2026-11-22T10:00:00Z",
    task: "math.add",
    succeeded: 0,
    failed: 0,
    retried: 0,
    runtime_p50: null,
    runtime_p95: null,
    ...change,
  });

  it("add up by time: counts as sums, medians by their weight, the 95th as the highest", () => {
    const spans = spansOf([
      point({ time: "2026-11-22T11:00:00Z", succeeded: 1, runtime_p50: 5, runtime_p95: 6 }),
      point({ succeeded: 3, runtime_p50: 1, runtime_p95: 2 }),
      point({ task: "math.mul", failed: 1, retried: 2, runtime_p50: 5, runtime_p95: 9 }),
    ]);
    expect(spans).toMatchObject([
      { succeeded: 3, failed: 1, retried: 2, p50: 2, p95: 9 },
      { succeeded: 1, failed: 0, retried: 0, p50: 5, p95: 6 },
    ]);
    expect(spansOf([point({})])[0]).toMatchObject({ p50: null, p95: null });
  });
});
