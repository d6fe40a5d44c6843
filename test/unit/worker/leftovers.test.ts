import { once } from "node:events";
import { type ServerResponse, createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import type { Ask, Outcome, Report } from "../../../src/worker/ipc.ts";
import { TaskChild } from "../../../src/worker/task-child.ts";

const ENTRY = join(import.meta.dirname, "..", "..", "fixtures", "processes", "leftovers.ts");
/** MB of the supervisor: the process of the tests has more the longer it runs. */
const SMALL = (): number => 100;

describe("work that a task left running", () => {
  let child: TaskChild;
  let url = "";
  /** Answers that wait to be given. */
  const later: ServerResponse[] = [];
  /** Whether they are given: a request that comes after that has its answer at once. */
  let isLater = false;
  const server = createServer((request, response) => {
    if (request.url === "/later" && !isLater) later.push(response);
    else if (request.url === "/begun") response.write("x".repeat(100));
    else if (request.url !== "/never") response.end("answer");
  });

  beforeAll(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    child = new TaskChild(ENTRY, 512, {}, null, SMALL);
  });
  afterAll(() => {
    child.stop();
    server.closeAllConnections();
    server.close();
  });

  interface Heard {
    readonly onReport?: (report: Report) => unknown;
    readonly onAsk?: (ask: Ask) => Promise<unknown>;
  }

  const run = (name: string, { onReport = () => {}, onAsk = async () => crypto.randomUUID() }: Heard = {}) =>
    child.run({
      payload: JSON.stringify([[url], {}]),
      request: { id: name, task: `left.${name}`, retries: 0, maxRetries: 0, softTimeLimit: null },
      each: null,
      owner: null,
      timeLimit: 30,
      softTimeLimit: null,
      stop: new AbortController().signal,
      onReport,
      onAsk,
    });
  const pidOf = (end: Outcome): number => {
    expect(end).toMatchObject({ kind: "result" });
    return z.object({ json: z.string().transform(Number) }).parse(end).json;
  };

  it.each(["timer", "interval", "immediates", "process", "server", "fetch", "body", "request"])(
    "has the next task run in another process: %s",
    async (name) => {
      const first = pidOf(await run(name));
      expect(pidOf(await run("nothing"))).not.toBe(first);
    },
  );

  it("is waited for where it needs no more than a turn of the event loop", async () => {
    const heard: Report[] = [];
    const first = pidOf(await run("microtasks", { onReport: (report) => heard.push(report) }));
    expect(heard).toMatchObject([{ progress: { current: 1_000 } }]);
    expect(pidOf(await run("nothing"))).toBe(first);
  });

  it.each(["nothing", "answered", "unread"])("keeps the process where nothing is left: %s", async (name) => {
    const first = pidOf(await run(name));
    expect(pidOf(await run("nothing"))).toBe(first);
  });

  it("is waited for where it is submissions that nobody awaited", async () => {
    const asks: Ask[] = [];
    const first = pidOf(await run("submissions", { onAsk: async (ask) => `${asks.push(ask)}` }));
    expect(asks.map((ask) => ask.kind)).toEqual(["submit", "submit", "submit"]);
    expect(pidOf(await run("nothing"))).toBe(first);
  });

  it("does nothing in the name of the next task, and what it throws does not end that", async () => {
    const first = pidOf(await run("late"));
    const heard: unknown[] = [];
    const end = await run("beside", {
      onReport: (report) => {
        heard.push(report);
        isLater = true;
        for (const response of later.splice(0)) response.end("now");
      },
      onAsk: async (ask) => heard.push(ask),
    });
    expect(pidOf(end)).toBe(first);
    expect(heard).toEqual([{ status: "PROGRESS", progress: { current: 1, total: 2, message: null } }]);
    expect(pidOf(await run("nothing"))).not.toBe(first);
  });
});
