import { describe, expect, it } from "vitest";
import { onRefusedClaim } from "../../../src/core/claim.ts";
import { aRecord } from "../../fixtures/records.ts";

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
    expect(decide({ status: "PENDING", ...replaced, attempt: 1 }, 1)).toMatchObject({ action: "resend" });
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

  it("sends the next attempt's message where that may never have been sent", () => {
    expect(decide({ status: "RETRY", attempt: 2, due: NOW + 30_000 }, 1)).toEqual({
      action: "resend",
      attempt: 2,
      due: NOW + 30_000,
    });
    expect(decide({ status: "RETRY", attempt: 2, due: NOW - 30_000 }, 1)).toEqual({
      action: "resend",
      attempt: 2,
      due: NOW - 30_000,
    });
  });

  it("waits where the message is ahead of the record", () => {
    expect(decide({ status: "RETRY", attempt: 1 }, 2)).toEqual({ action: "wait", seconds: 1 });
  });
});
