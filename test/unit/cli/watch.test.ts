import { describe, expect, it } from "vitest";
import type { Row } from "../../../cli/answers.ts";
import { createWatch } from "../../../cli/watch.ts";

const rowOf = (id: string, status: string, retries = 0): Row => ({
  task_id: id,
  task: "math.add",
  status,
  retries,
  queue: "math",
  error: null,
  progress: null,
  created_at: "2026-11-22T15:00:00Z",
  started_at: "2026-11-22T15:00:01Z",
  done_at: status === "SUCCESS" ? "2026-11-22T15:00:02Z" : null,
  runtime: status === "SUCCESS" ? 1 : null,
});
const stateOf = (id: string, status: string, retries = 0) => ({ ...rowOf(id, status, retries), kind: "task" as const });
const told = (events: readonly { task_id: string; status: string }[]): string[] =>
  events.map(({ task_id: id, status }) => `${id} ${status}`);

describe("who watches tasks", () => {
  it("is told each change once, the oldest task first, though looks overlap", () => {
    const watch = createWatch();
    expect(told(watch.take([rowOf("2", "PENDING"), rowOf("1", "STARTED")], []))).toEqual(["1 STARTED", "2 PENDING"]);
    expect(watch.next(100)).toEqual(["1", "2"]);
    expect(told(watch.take([rowOf("2", "PENDING")], [stateOf("1", "SUCCESS")]))).toEqual(["1 SUCCESS"]);
    expect(watch.next(100)).toEqual(["2"]);
    expect(watch.take([rowOf("1", "SUCCESS")], [stateOf("2", "PENDING")])).toEqual([]);
    expect(told(watch.take([], [stateOf("2", "RETRY", 1)]))).toEqual(["2 RETRY"]);
    expect(told(watch.take([], [stateOf("2", "RETRY", 2)]))).toEqual(["2 RETRY"]);
  });

  it("is asked after all in turn where they are too many for one look", () => {
    const watch = createWatch();
    watch.take(
      ["3", "2", "1"].map((id) => rowOf(id, "STARTED")),
      [],
    );
    expect([watch.next(2), watch.next(2)]).toEqual([
      ["1", "2"],
      ["3", "1"],
    ]);
  });
});
