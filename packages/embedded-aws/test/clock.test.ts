import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "../src/clock.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("waits for longer than a Node timer can", () => {
  const fired = vi.fn<() => void>();
  systemClock.after(3_000_000_000, fired);
  vi.advanceTimersByTime(2_999_999_999);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(fired).toHaveBeenCalledOnce();
});

it("takes a timer back, also one that has been prolonged", () => {
  const fired = vi.fn<() => void>();
  const cancel = systemClock.after(3_000_000_000, fired);
  vi.advanceTimersByTime(2_500_000_000);
  cancel();
  vi.advanceTimersByTime(2_500_000_000);
  expect(fired).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
