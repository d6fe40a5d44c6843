import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MaxRetriesExceeded, Retry, SoftTimeLimitExceeded } from "../../../../src/core/errors.ts";
import { type RetryPolicy, judge } from "../../../../src/core/define/retry.ts";

class Flaky extends Error {}
class Fatal extends Flaky {}

const policy: RetryPolicy = {
  retryDelay: 180,
  autoretryFor: [],
  dontAutoretryFor: [],
  retryBackoff: false,
  retryBackoffMax: 600,
  retryJitter: true,
};
const task = { name: "a.b", retries: 0, maxRetries: 3 };
const half = (): number => 0.5;

describe("self.retry", () => {
  it("waits the task's delay where it names none", () => {
    expect(judge(new Retry({}), task, policy, half)).toEqual({ retry: true, countdown: 180, cause: null });
  });

  it("waits the countdown that it names, even 0", () => {
    expect(judge(new Retry({ countdown: 0 }), task, policy, half)).toMatchObject({ retry: true, countdown: 0 });
  });

  it("fails with the cause once no retry is left", () => {
    const cause = new Flaky("why");
    expect(judge(new Retry({ cause }), { ...task, retries: 3 }, policy, half)).toEqual({ retry: false, error: cause });
  });

  it("fails with MaxRetriesExceeded where there is no cause", () => {
    const decision = judge(new Retry({}), { ...task, retries: 3 }, policy, half);
    expect(decision).toMatchObject({ retry: false, error: expect.any(MaxRetriesExceeded) });
  });

  it("may allow more retries than the task does, or no end of them", () => {
    expect(judge(new Retry({ maxRetries: 5 }), { ...task, retries: 4 }, policy, half)).toMatchObject({ retry: true });
    expect(judge(new Retry({ maxRetries: null }), { ...task, retries: 400 }, policy, half)).toMatchObject({
      retry: true,
    });
  });
});

describe("an error", () => {
  it("is no reason to retry by itself", () => {
    const error = new Flaky("no");
    expect(judge(error, task, policy, half)).toEqual({ retry: false, error });
  });

  it("is one where autoretryFor covers its class", () => {
    const error = new Flaky("yes");
    expect(judge(error, task, { ...policy, autoretryFor: [Flaky] }, half)).toEqual({
      retry: true,
      countdown: 180,
      cause: error,
    });
  });

  it("is none where dontAutoretryFor does as well", () => {
    expect(
      judge(new Fatal(), task, { ...policy, autoretryFor: [Flaky], dontAutoretryFor: [Fatal] }, half),
    ).toMatchObject({ retry: false });
  });

  it("is the soft limit's too, where its class is covered", () => {
    expect(judge(new SoftTimeLimitExceeded(1), task, { ...policy, autoretryFor: [Error] }, half)).toMatchObject({
      retry: true,
    });
  });

  it("ends the task once its retries are used up", () => {
    const error = new Flaky("last");
    expect(judge(error, { ...task, retries: 3 }, { ...policy, autoretryFor: [Flaky] }, half)).toEqual({
      retry: false,
      error,
    });
  });
});

describe("backoff", () => {
  const waits = (retries: number, more: Partial<RetryPolicy>, random = half): unknown =>
    judge(
      new Flaky(),
      { ...task, retries, maxRetries: null },
      { ...policy, autoretryFor: [Flaky], retryBackoff: true, ...more },
      random,
    );

  it("doubles up to its cap without jitter", () => {
    const countdowns = [0, 1, 2, 3, 9, 10].map((retries) => waits(retries, { retryJitter: false }));
    expect(countdowns).toMatchObject([1, 2, 4, 8, 512, 600].map((countdown) => ({ countdown })));
  });

  it("backoff starts from its factor", () => {
    expect(waits(2, { retryBackoff: 3, retryJitter: false })).toMatchObject({ countdown: 12 });
  });

  it("lies anywhere from 0 to the full wait with jitter, in whole seconds", () => {
    fc.assert(
      fc.property(fc.nat(30), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (retries, random) => {
        const decision = judge(
          new Flaky(),
          { ...task, retries, maxRetries: null },
          { ...policy, autoretryFor: [Flaky], retryBackoff: true },
          () => random,
        );
        const countdown = decision.retry ? decision.countdown : -1;
        return Number.isInteger(countdown) && countdown >= 0 && countdown <= Math.min(600, 2 ** retries);
      }),
    );
  });
});
