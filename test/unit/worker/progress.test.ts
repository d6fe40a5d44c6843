import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Report } from "../../../src/worker/ipc.ts";
import { createProgressWriter } from "../../../src/worker/progress.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const step = (current: number, status = "PROGRESS"): Report => ({
  status,
  progress: { current, total: 9, message: null },
});

/** A table whose writes end when they are told to. */
function table() {
  const writes: { readonly current: number | undefined; readonly isNewState: boolean }[] = [];
  const ends: PromiseWithResolvers<void>[] = [];
  const write = (report: Report, isNewState: boolean): Promise<void> => {
    writes.push({ current: report.progress?.current, isNewState });
    const end = Promise.withResolvers<void>();
    ends.push(end);
    return end.promise;
  };
  return { writes, ends, writer: createProgressWriter(write) };
}

describe("what a task says of itself", () => {
  it("is written once a second at the most, the newest of it", async () => {
    const { writes, ends, writer } = table();
    for (const current of [1, 2]) writer.report(step(current));
    await vi.advanceTimersByTimeAsync(0);
    ends[0]?.resolve();
    for (const current of [3, 4]) writer.report(step(current));
    await vi.advanceTimersByTimeAsync(999);
    expect(writes).toEqual([{ current: 2, isNewState: true }]);
    await vi.advanceTimersByTimeAsync(1);
    expect(writes).toEqual([
      { current: 2, isNewState: true },
      { current: 4, isNewState: false },
    ]);
  });

  it("is not written while a write is under way, which could then end after the newer one", async () => {
    const { writes, ends, writer } = table();
    writer.report(step(1));
    await vi.advanceTimersByTimeAsync(0);
    writer.report(step(2));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(writes).toHaveLength(1);
    ends[0]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(writes.at(-1)).toMatchObject({ current: 2 });
  });

  it("is a new state still where the write that was to say so failed", async () => {
    const { writes, ends, writer } = table();
    writer.report(step(1));
    await vi.advanceTimersByTimeAsync(0);
    writer.report(step(2));
    ends[0]?.reject(new Error("throttled"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(writes.map(({ isNewState }) => isNewState)).toEqual([true, true]);
  });

  it("is waited for where it is being written, and no more of it is written", async () => {
    const { writes, ends, writer } = table();
    writer.report(step(1));
    await vi.advanceTimersByTimeAsync(0);
    writer.report(step(2));
    const closed = vi.fn<() => void>();
    const closing = writer.close().then(closed);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(closed).not.toHaveBeenCalled();
    ends[0]?.resolve();
    await closing;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(writes).toHaveLength(1);
    expect(writer.latest()).toEqual({ current: 2, total: 9, message: null });
  });
});
