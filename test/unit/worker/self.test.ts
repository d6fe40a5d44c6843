import { describe, expect, it } from "vitest";
import { Retry } from "../../../src/core/errors.ts";
import { logLine } from "../../../src/log.ts";
import { createSelf } from "../../../src/worker/self.ts";
import { TaskRun } from "../../../src/worker/task-run.ts";

const context = { task_id: "t", task: "a.b", root_id: "t", correlation_id: "c" };
const self = () => createSelf(Object.create(null), new AbortController().signal, new TaskRun(1, context));

describe("what a task says of itself", () => {
  it.each([Number.NaN, Infinity, -1, "5", new Date(0), 1e300, 31_536_001])(
    "is refused as a countdown of a retry: %s",
    (countdown) => {
      const retry = (options: object): unknown => self().retry(options);
      expect(() => retry({ countdown })).toThrow(TypeError);
      expect(() => retry({ countdown: 0 })).toThrow(Retry);
    },
  );

  it.each([Number.NaN, Infinity, -1, 0.5, "5", 1n])("is refused as a number of retries: %s", (maxRetries) => {
    const retry = (options: object): unknown => self().retry(options);
    expect(() => retry({ maxRetries })).toThrow(TypeError);
    expect(() => retry({ maxRetries: null })).toThrow(Retry);
  });

  it("is refused as a pause that is no number", async () => {
    await expect(self().sleep(Number.NaN)).rejects.toThrow("sleep(NaN)");
    await expect(self().sleep(0)).resolves.toBeUndefined();
  });

  it("is logged whatever it is: a log line never fails a task", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    const refusing = {
      toJSON: () => {
        throw new Error("no");
      },
    };
    expect(() => logLine("INFO", "row", context, { id: 5n, cycle, refusing, plain: 1 })).not.toThrow();
  });
});
