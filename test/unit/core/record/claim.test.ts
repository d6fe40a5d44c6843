import { describe, expect, it } from "vitest";
import { onDeadLetter, onRefusedClaim } from "../../../../src/core/record/claim.ts";
import { MAX_RETURNS } from "../../../../src/core/limits.ts";
import { aRecord } from "../../../fixtures/records.ts";

const NOW = 1_000_000;
const decide = (record: Parameters<typeof aRecord>[0], attempt = 0): unknown =>
  onRefusedClaim(aRecord(record), { attempt }, "mine", NOW);

describe("a claim that was refused", () => {
  it("runs after all where the record has its fence: only the answer was lost", () => {
    expect(decide({ status: "STARTED", fence: "mine", lease: NOW + 1 })).toEqual({ action: "run" });
  });

  it.each(["SUCCESS", "FAILURE", "REVOKED"])("only repeats the notice where the task is %s", (status) => {
    expect(decide({ status, fence: "other" })).toEqual({ action: "notify" });
  });

  it("sees to what runs in the task's place where it has replaced itself, though nobody holds a lease", () => {
    const top = { id: "y", task: "math.add", result: "y" };
    const replacement = { node: { json: "{}" }, top, submission: null, at: NOW };
    const replaced = { fence: "other", lease: null, replacement };
    expect(decide({ status: "STARTED", ...replaced })).toEqual({ action: "replaced" });
    expect(decide({ status: "PROGRESS", ...replaced })).toEqual({ action: "replaced" });
    expect(decide({ status: "SUCCESS", ...replaced })).toEqual({ action: "notify" });
    // A dead task that was returned to its queue runs itself again.
    expect(decide({ status: "PENDING", ...replaced, attempt: 1 }, 1)).toMatchObject({ action: "wait" });
  });

  it("waits while another attempt's lease holds", () => {
    expect(decide({ status: "STARTED", fence: "other", lease: NOW + 5_000 })).toEqual({ action: "wait", seconds: 6 });
  });

  it("waits for a task in a state of its own just the same", () => {
    expect(decide({ status: "UPLOADING", fence: "other", lease: NOW + 1_000 })).toMatchObject({ action: "wait" });
  });

  it("takes a task over whose lease has ended", () => {
    expect(decide({ status: "STARTED", fence: "other", lease: NOW - 1, lost: 0 })).toEqual({
      action: "takeOver",
      from: "other",
      lost: 1,
    });
    expect(decide({ status: "STARTED", fence: "other", lease: NOW - 1, lost: 1 })).toEqual({
      action: "takeOver",
      from: "other",
      lost: 2,
    });
  });

  it("gives a task up that has been lost three times", () => {
    expect(decide({ status: "STARTED", fence: "other", lease: NOW - 1, lost: 2 })).toEqual({
      action: "giveUp",
      from: "other",
      lost: 3,
    });
  });

  it("sends the next attempt's message where that is overdue, and so may never have been sent", () => {
    for (const due of [NOW - 5_000, NOW - 30_000])
      expect(decide({ status: "RETRY", attempt: 2, due }, 1)).toEqual({ action: "resend", attempt: 2, due });
    expect(decide({ status: "PENDING", attempt: 2, due: null }, 0)).toMatchObject({ action: "resend", attempt: 2 });
  });

  it("waits until then, since a duplicate is not to make another of every later attempt", () => {
    expect(decide({ status: "RETRY", attempt: 2, due: NOW + 30_000 }, 1)).toEqual({ action: "wait", seconds: 35 });
    expect(decide({ status: "RETRY", attempt: 2, due: NOW - 1_000 }, 1)).toEqual({ action: "wait", seconds: 4 });
  });

  it("has it scheduled where it is due later than SQS can delay, since that is done once however often", () => {
    const due = NOW + 1_000_000;
    expect(decide({ status: "RETRY", attempt: 2, due }, 1)).toEqual({ action: "resend", attempt: 2, due });
  });

  it("waits a moment where the record waits for the message's attempt by now", () => {
    expect(decide({ status: "RETRY", attempt: 1, due: NOW }, 1)).toEqual({ action: "wait", seconds: 1 });
  });

  it("waits where the message is ahead of the record", () => {
    expect(decide({ status: "RETRY", attempt: 1 }, 2)).toEqual({ action: "wait", seconds: 1 });
  });
});

describe("a dead letter", () => {
  /** A dead letter that has come back as often as one may. */
  const bury = (record: Parameters<typeof aRecord>[0] | null, attempt = 0, returns = MAX_RETURNS): unknown =>
    onDeadLetter(record === null ? null : aRecord(record), { attempt, returns }, NOW);

  it("goes back to its queue where nobody has claimed it: ten throttled deliveries are no fault of the task's", () => {
    expect(bury(null, 0, 0)).toEqual({ action: "return", returns: 1 });
    expect(bury({ status: "PENDING" }, 0, MAX_RETURNS - 1)).toEqual({ action: "return", returns: MAX_RETURNS });
    expect(bury({ status: "RETRY", attempt: 2, due: NOW + 1 }, 2, 3)).toEqual({ action: "return", returns: 4 });
    expect(onDeadLetter(null, { attempt: 0 }, NOW)).toEqual({ action: "return", returns: 1 });
  });

  it("goes back where its task lost an environment and may lose another", () => {
    const lost = { status: "STARTED", fence: "other", lease: NOW };
    expect(bury({ ...lost, lost: 1 }, 0, 0)).toEqual({ action: "return", returns: 1 });
    expect(bury({ ...lost, lost: 2 }, 0, 0)).toEqual({ action: "bury" });
  });

  it("ends a task that nothing else will end", () => {
    expect(bury(null)).toEqual({ action: "bury" });
    expect(bury({ status: "PENDING" })).toEqual({ action: "bury" });
    expect(bury({ status: "RETRY", attempt: 2, due: NOW + 1 }, 2)).toEqual({ action: "bury" });
    expect(bury({ status: "STARTED", fence: "other", lease: NOW })).toEqual({ action: "bury" });
  });

  it("only repeats the notice where its task has ended", () => {
    expect(bury({ status: "SUCCESS" })).toEqual({ action: "notify" });
  });

  it("does not end a task that runs, or that waits for a later attempt: it is a duplicate, and comes again", () => {
    expect(bury({ status: "STARTED", fence: "other", lease: NOW + 9_000 })).toEqual({
      action: "resend",
      attempt: 0,
      due: NOW + 10_000,
    });
    expect(bury({ status: "RETRY", attempt: 3, due: NOW + 30_000 })).toEqual({
      action: "resend",
      attempt: 3,
      due: NOW + 30_000,
    });
    expect(bury({ status: "PENDING", attempt: 1, due: NOW - 1 })).toEqual({
      action: "resend",
      attempt: 1,
      due: NOW - 1,
    });
  });

  it("does not end a task in whose place something runs", () => {
    const top = { id: "y", task: "math.add", result: "y" };
    const replacement = { node: { json: "{}" }, top, submission: null, at: NOW };
    expect(bury({ status: "STARTED", fence: "other", lease: null, replacement })).toEqual({ action: "replaced" });
  });
});
