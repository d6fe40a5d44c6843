import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TaskAnswer } from "../../../../src/core/http/answer-schemas.ts";
import { onRefusedClaim } from "../../../../src/core/record/claim.ts";
import { replacementOf } from "../../../../src/core/record/record.ts";
import { ListQuery } from "../../../../src/core/http/requests.ts";
import { isFinal, isRunning, isWaiting, ownStateFault } from "../../../../src/core/record/states.ts";
import { aRecord } from "../../../fixtures/records.ts";

const NOW = 1_000_000;
const word = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,63}$/);
const own = word.filter((state) => ownStateFault(state) === null);
const top = { id: "y", task: "math.add", result: "y" };
const replacement = { node: { json: "{}" }, top, submission: null, at: NOW };

describe("a state", () => {
  it.each([
    ["PENDING", "waits"],
    ["RETRY", "waits"],
    ["STARTED", "runs"],
    ["PROGRESS", "runs"],
    ["UPLOADING", "runs"],
    ["SUCCESS", "has ended"],
    ["FAILURE", "has ended"],
    ["REVOKED", "has ended"],
  ])("is one of a task that waits, runs, or has ended: %s", (state, what) => {
    expect({ waits: isWaiting(state), runs: isRunning(state), "has ended": isFinal(state) }).toEqual({
      waits: false,
      runs: false,
      "has ended": false,
      [what]: true,
    });
  });

  it.each(["PENDING", "RETRY", "SUCCESS", "FAILURE", "REVOKED", "", "uploading", "1ST", "TWO WORDS", "X".repeat(65)])(
    "may not be a task's own: %j",
    (state) => {
      expect(ownStateFault(state)).toMatch(/^(expected a word|it says that)/);
    },
  );

  it.each(["STARTED", "PROGRESS", "UPLOADING", "STEP_2", "X".repeat(64)])("may be a task's own: %s", (state) => {
    expect(ownStateFault(state)).toBeNull();
  });
});

describe("whatever a running task calls its state", () => {
  it("is asked of like STARTED: by a claim, by what looks for a replacement, by whoever lists", () => {
    fc.assert(
      fc.property(
        own,
        fc.integer({ min: -1, max: 1 }),
        fc.boolean(),
        fc.nat({ max: 3 }),
        (state, ahead, isReplaced, lost) => {
          const record = {
            fence: "other",
            lease: NOW + ahead * 5_000,
            replacement: isReplaced ? replacement : null,
            lost,
          };
          const called = aRecord({ ...record, status: state });
          const asked = aRecord({ ...record, status: "STARTED" });
          expect(isRunning(state)).toBe(true);
          expect(replacementOf(called)).toEqual(replacementOf(asked));
          expect(onRefusedClaim(called, { attempt: 0 }, "mine", NOW)).toEqual(
            onRefusedClaim(asked, { attempt: 0 }, "mine", NOW),
          );
          expect(ListQuery.parse({ status: state }).status).toBe(state);
          expect(TaskAnswer.shape.status.parse(state)).toBe(state);
        },
      ),
    );
  });
});
