import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { TaskChild } from "../../../src/worker/task-child.ts";

const ENTRY = join(import.meta.dirname, "..", "..", "fixtures", "processes", "variables.ts");
/** MB of the supervisor: the process of the tests has more the longer it runs. */
const SMALL = (): number => 100;
const child = new TaskChild(ENTRY, 512, { API_KEY: "from Secrets Manager" }, null, SMALL);
afterAll(() => child.stop());

const read = (name: string) =>
  child.run({
    payload: JSON.stringify([[name], {}]),
    request: { id: name, task: "variables.read", retries: 0, maxRetries: 0, softTimeLimit: null },
    each: null,
    owner: null,
    timeLimit: 30,
    softTimeLimit: null,
    stop: new AbortController().signal,
    onReport: () => {},
    onAsk: async () => null,
  });

it("gives secrets to the task's process, beside the function's variables, and keeps them from the supervisor's", async () => {
  expect(await read("API_KEY")).toEqual({ kind: "result", json: '"from Secrets Manager"' });
  expect(await read("PATH")).toEqual({ kind: "result", json: JSON.stringify(process.env["PATH"]) });
  expect(process.env["API_KEY"]).toBeUndefined();
});
