import { describe, expect, it } from "vitest";
import type { Look, State, TaskRow } from "../../../dashboard/page/api.ts";
import { mergeLook } from "../../../dashboard/page/search.ts";

const row = (id: string, change: Partial<TaskRow> = {}): TaskRow => ({
  task_id: id,
  kind: "task",
  task: "math.add",
  status: "PENDING",
  error: null,
  progress: null,
  retries: 0,
  queue: "math",
  parent_id: null,
  root_id: id,
  group_id: null,
  group_index: null,
  children: [],
  created_at: "2026-11-22T00:00:00.000Z",
  started_at: null,
  done_at: null,
  runtime: null,
  arguments: "1, 2",
  due_at: null,
  ...change,
});

const state = (id: string, status: string): State => ({
  task_id: id,
  kind: "task",
  status,
  error: null,
  progress: null,
  retries: 0,
  started_at: null,
  done_at: null,
  runtime: 1,
  total: null,
  completed: null,
  failed: null,
});

const look = (change: Partial<Look>): Look => ({
  now: "2026-11-22T00:00:01.000Z",
  tasks: [],
  more: false,
  states: [],
  queues: null,
  ...change,
});

describe("a look at the list", () => {
  const tasks = [row("b"), row("a")];

  it("changes the states of tasks that it tells, and puts new ones before them", () => {
    const merged = mergeLook(tasks, look({ states: [state("a", "SUCCESS")], tasks: [row("c")] }), () => true);
    expect(merged.map(({ task_id: id, status }) => [id, status])).toEqual([
      ["c", "PENDING"],
      ["b", "PENDING"],
      ["a", "SUCCESS"],
    ]);
    expect(merged[2]).toMatchObject({ runtime: 1, arguments: "1, 2" });
  });

  it("adds no task twice, and none that is not wanted", () => {
    const again = mergeLook(tasks, look({ tasks: [row("b", { status: "STARTED" }), row("c")] }), () => false);
    expect(again.map(({ task_id: id, status }) => [id, status])).toEqual([
      ["b", "STARTED"],
      ["a", "PENDING"],
    ]);
  });

  it("that tells nothing new leaves the very same list, so that nothing is drawn anew", () => {
    expect(mergeLook(tasks, look({ states: [state("a", "PENDING")], tasks: [row("b")] }), () => true)).toBe(tasks);
  });
});
