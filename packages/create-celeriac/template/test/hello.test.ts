import { runTask } from "celeriac/testing";
import { expect, test } from "vitest";
import { greet } from "../functions/tasks/hello.ts";

test("a greeting has the name in it, and is logged", async () => {
  const run = await runTask(greet, ["you"]);
  expect(run.result).toBe("Hello, you!");
  expect(run.logs).toMatchObject([{ message: "greeting", fields: { name: "you", retries: 0 } }]);
});

test("a greeting takes a name", async () => {
  await expect(runTask(greet, [""])).rejects.toThrow("hello.greet");
});
