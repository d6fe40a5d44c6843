import { describe, expect, it } from "vitest";
import { scheduleInput } from "../../../src/core/schedule.ts";

describe("the input of a schedule", () => {
  it("says the same as the JSON that it is made of, without Scheduler's keywords", () => {
    const value = { text: "<aws.scheduler.scheduled-time> <b>", nested: ["<aws.scheduler.<aws.scheduler."] };
    const input = scheduleInput(JSON.stringify(value));
    expect(JSON.parse(input)).toEqual(value);
    expect(input).not.toContain("<aws.");
    expect(input).toContain("<b>");
  });
});
