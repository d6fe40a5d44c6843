import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ListAnswer } from "../../src/core/http/answer-schemas.ts";
import { call, ended, useApi } from "../scenarios/support/api.ts";
import { type OwnStage, startStage } from "../scenarios/support/stage.ts";

/** Requests a second that the stage takes; ten times as many come. */
const RATE = 15;
const SECONDS = 6;

let stage: OwnStage;
beforeAll(async () => {
  stage = await startStage({ auth: "none", apiRate: RATE, apiBurst: RATE });
  useApi(stage.embedded.apiUrl);
});
afterAll(() => stage.stop());

test("at ten times the rate that a stage takes, every request is taken or told to come later, and what was taken is done", async () => {
  const bodies = Array.from({ length: RATE * 10 * SECONDS }, (_, index) => ({ x: index, y: 1 }));
  const answers = await Promise.all(
    bodies.map(async (body, index) => {
      await delay((index / (RATE * 10)) * 1_000);
      return call("POST", "/add", body);
    }),
  );
  const statuses = answers.map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([202, 429]));
  const refusal = answers.find(({ status }) => status === 429);
  expect(refusal?.headers.get("content-type")).toBe("application/problem+json");
  const taken = answers.filter(({ status }) => status === 202).map(({ text }) => String(JSON.parse(text).task_id));
  // Slowly: these requests are throttled as well.
  for (const id of taken.slice(-5)) {
    await delay(1_000 / RATE);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS" });
  }
  const listed: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    await delay(1_000 / RATE);
    const page = await call("GET", `/tasks?limit=100${cursor === "" ? "" : `&cursor=${cursor}`}`);
    const { tasks, cursor: next } = ListAnswer.parse(page.json);
    listed.push(...tasks.map((task) => task.task_id));
    cursor = next;
  }
  expect(listed.toSorted()).toEqual(taken.toSorted());
  console.log(
    `load: ${statuses.length} requests, ${taken.length} taken, ${statuses.length - taken.length} told to come later`,
  );
});
