import { expect, test } from "vitest";
import { greet } from "../functions/tasks/hello.ts";

test("a greeting takes a name", () => {
  expect(greet.args.safeParse(["you"]).success).toBe(true);
  expect(greet.args.safeParse([""]).success).toBe(false);
});
