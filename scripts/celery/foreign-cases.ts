import { isDeepStrictEqual } from "node:util";
import * as z from "zod";

/** What came of a case. */
export const Case = z.object({ name: z.string(), state: z.enum(["passed", "failed"]), why: z.string() });

/** Type of {@link Case}. */
export type Case = z.output<typeof Case>;

const ADD = "celery.legacy_tasks_add";
const TOTAL = "celery.legacy_tasks_total";
const add = (...args: readonly number[]) => ({ task: "math.add", args });
const there = (...args: readonly number[]) => ({ task: ADD, args });

/** Canvases of the stage with tasks that a real worker of Celery runs, by `foreignTask` (test/tasks/probe.ts). */
const CASES: readonly {
  readonly name: string;
  readonly node: object;
  readonly status?: string;
  readonly end: unknown;
}[] = [
  { name: "foreign: alone", node: there(2, 3), end: 5 },
  { name: "foreign: step", node: { chain: [add(1, 1), there(10), add(100)] }, end: 112 },
  { name: "foreign: member", node: { group: [add(1, 1), there(2, 2)] }, end: [2, 4] },
  {
    name: "foreign: header",
    node: { chord: { header: [add(1, 1), there(2, 2)], body: { task: "math.tsum" } } },
    end: 6,
  },
  { name: "foreign: body", node: { chord: { header: [add(1, 1), there(2, 2)], body: { task: TOTAL } } }, end: 6 },
  {
    name: "foreign: wide header",
    node: { chord: { header: Array.from({ length: 40 }, () => there(1, 1)), body: { task: TOTAL } } },
    end: 80,
  },
  {
    name: "foreign: failure",
    node: { chain: [{ task: "celery.legacy_tasks_fail", args: [] }, add(1)] },
    status: "FAILURE",
    end: { type: "ValueError", message: "a Python task failed" },
  },
];

const Submitted = z.object({ task_id: z.string() });
const Ended = z.object({
  status: z.string(),
  result: z.unknown(),
  error: z.object({ type: z.string(), message: z.string() }).nullable(),
});

/** Runs the cases, or those that are wanted, one after the other. */
export async function foreignCases(apiUrl: string, wanted: readonly string[]): Promise<Case[]> {
  const cases: Case[] = [];
  for (const { name, node, status = "SUCCESS", end } of CASES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const got = await endOf(apiUrl, node);
    const passed = got.status === status && isDeepStrictEqual(got.end, end);
    const why = passed ? "" : `${got.status} ${JSON.stringify(got.end)}, expected ${status} ${JSON.stringify(end)}`;
    if (!passed) console.log(`  ${name}: ${why}`);
    cases.push({ name, state: passed ? "passed" : "failed", why });
  }
  return cases;
}

async function endOf(apiUrl: string, node: object): Promise<{ status: string; end: unknown }> {
  const response = await fetch(`${apiUrl}/${"task" in node ? "tasks" : "canvas"}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(node),
  });
  const { task_id: id } = Submitted.parse(await response.json());
  const answer = Ended.parse(await (await fetch(`${apiUrl}/result/${id}?wait=20`)).json());
  const { type = "", message = "" } = answer.error ?? {};
  return { status: answer.status, end: answer.error === null ? answer.result : { type, message } };
}
