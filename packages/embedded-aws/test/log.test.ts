import { expect, it } from "vitest";
import { createLog } from "../src/log.ts";

const FIELDS = { source: "task", id: "task_id", hidden: ["root_id", "correlation_id", "function"] };

function printed(line: string, color = false): string[] {
  const lines: string[] = [];
  createLog((text) => void lines.push(text), color, FIELDS).fromFunction("celeriac-local-task-math", line);
  return lines;
}

it("prints a structured line readable: time, level, task, short id, message, the rest as pairs", () => {
  const time = new Date(2026, 0, 2, 12, 0, 1).toISOString();
  const entry = {
    level: "info",
    time,
    message: "added",
    task_id: "3f2a9c1e-0000-4000-8000-000000000000",
    task: "math.add",
    root_id: "r",
    correlation_id: "c",
    function: "f",
    sum: 3,
    on: { a: 1 },
  };
  expect(printed(JSON.stringify(entry))).toEqual(['12:00:01 INFO math.add 3f2a9c1e added sum=3 on={"a":1}']);
});

it("names the function where there is no task, and prints other lines as they are", () => {
  expect(printed('{"level":"WARN","message":"slow"}')).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d WARN celeriac-local-task-math slow$/),
  ]);
  expect(printed("{not json")).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d celeriac-local-task-math \{not json$/)]);
});

it("shows the first place of a stack trace, so that an error is one line", () => {
  const entry = {
    level: "ERROR",
    message: "Error: no",
    stack: "Error: no\n    at f (a.mjs:1:2)\n    at g (b.mjs:3:4)",
  };
  expect(printed(JSON.stringify(entry))).toEqual([expect.stringMatching(/task-math Error: no at f \(a\.mjs:1:2\)$/)]);
});

it("leaves out embedded metrics, which are for CloudWatch", () => {
  expect(printed('{"_aws":{"Timestamp":1},"Runtime":3}')).toEqual([]);
});

it("paints levels only when asked to", () => {
  expect(printed('{"level":"ERROR","message":"x"}', true)[0]).toContain("\u001B[31mERROR\u001B[0m");
  expect(printed('{"level":"ERROR","message":"x"}')[0]).not.toContain("\u001B");
});

it("escapes what a terminal would obey, so that nobody forges a line or paints over one", () => {
  const forged = "done\r\n12:00:01 INFO math.add all is well\u001B[2J\u009B1A\u2028\u0007";
  const shown = String.raw`done\r\n12:00:01 INFO math.add all is well\u001b[2J\u009b1A\u2028\u0007`;
  const entry = {
    message: forged,
    [forged]: forged,
    level: forged,
    task: forged,
    task_id: "\u001B[31m",
    deep: { forged },
  };
  const [line = "", ...more] = printed(JSON.stringify(entry));
  expect(more).toEqual([]);
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  expect(line).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u2028\u2029]/);
  expect(line).toContain(shown);
  expect(printed(forged)[0]).toContain(`celeriac-local-task-math ${shown}`);
});
