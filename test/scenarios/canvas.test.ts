import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, inject, it, vi } from "vitest";
import * as z from "zod";
import { ListAnswer } from "../../src/core/http/answer-schemas.ts";
import type { Node } from "../../src/core/canvas/node.ts";
import { anyCanvas } from "../fixtures/canvases.ts";
import { type Value, evaluate } from "../fixtures/evaluate.ts";
import { type Settled, call, runCanvas, settled, submit, within } from "./support/api.ts";
import { atOnce } from "./support/at-once.ts";
import { wrongIds } from "./support/ids.ts";

/** Canvases under way at once. */
const IN_FLIGHT = 8;
/**
 * Random canvases, fewer where they take longer; CELERIAC_CANVASES=2000 makes a long run of it, CELERIAC_SEED repeats
 * one.
 */
const CANVASES = Number(process.env["CELERIAC_CANVASES"] ?? Math.ceil(100 / inject("patience")));
const SEED = Number(process.env["CELERIAC_SEED"] ?? Math.trunc(Math.random() * 2 ** 31));
/** Seconds for one canvas, however busy the machine is, and for all. */
const PATIENCE = 120;
const BUDGET = CANVASES * 2;

type Page = z.infer<typeof ListAnswer>;

const Case = z.object({
  name: z.string(),
  node: z.record(z.string(), z.unknown()),
  expect: z.object({ status: z.string(), result: z.unknown().optional(), error: z.string().optional() }),
});
const cases = z
  .array(Case)
  .parse(JSON.parse(readFileSync(new URL("../fixtures/canvas.json", import.meta.url), "utf8")));

const outcomeOf = (record: Settled): unknown =>
  record.status === "SUCCESS"
    ? { status: record.status, result: record.result }
    : { status: record.status, error: record.error?.type };

/** Runs cases side by side. @returns how each ended, and how it should have, by name. */
async function runCases(wanted: readonly z.infer<typeof Case>[]): Promise<{ got: unknown; expected: unknown }> {
  const ends = await atOnce(IN_FLIGHT, wanted, async ({ name, node }) => [
    name,
    outcomeOf(await runCanvas(node, PATIENCE)),
  ]);
  return {
    got: Object.fromEntries(ends),
    expected: Object.fromEntries(wanted.map(({ name, expect }) => [name, expect])),
  };
}

describe("every case of the conformance file", () => {
  it("gives its value, eight in flight", within(240), async () => {
    const { got, expected } = await runCases(cases);
    expect(got).toEqual(expected);
  });
});

describe("any canvas", () => {
  it(
    `gives what the evaluator gives, with its ids, and leaves nothing unfinished (${CANVASES} with the seed ${SEED})`,
    within(BUDGET),
    async () => {
      const nodes = fc.sample(anyCanvas(3), { numRuns: CANVASES, seed: SEED });
      const wrong = (await atOnce(IN_FLIGHT, nodes, faultOf)).filter((fault) => fault !== null);
      expect(wrong).toEqual([]);
    },
  );
});

/** What is wrong with how a canvas ended; null for nothing. */
async function faultOf(node: Node): Promise<unknown> {
  const submitted = await submit("/canvas", node);
  const got = valueOf(await settled(submitted.task_id, PATIENCE));
  const expected = evaluate(node);
  if (!isDeepStrictEqual(got, expected)) return { node: JSON.stringify(node), got, expected };
  const tasks = new Map((await allEnded(submitted)).map((task) => [task.task_id, task]));
  const ids = await wrongIds(node, submitted, async (id) => tasks.get(id) ?? settled(id));
  return ids === null ? null : { node: JSON.stringify(node), ids };
}

function valueOf({ status, result, error }: Settled): Value {
  return status === "SUCCESS"
    ? { ok: true, value: result }
    : { ok: false, error: `${status === "FAILURE" ? "" : status}${error?.type}` };
}

/** The tasks of a submission once all are there and have ended: some go on after what was asked for has failed. */
function allEnded({ root_id: root, tasks }: Awaited<ReturnType<typeof submit>>): Promise<Page["tasks"]> {
  const wanted = tasks.map((task) => task.task_id);
  return vi.waitFor(async () => {
    const page = ListAnswer.parse((await call("GET", `/tasks?root_id=${root}&limit=100`)).json).tasks;
    expect(page.filter((task) => task.done_at === null)).toEqual([]);
    // With their links, and what they were replaced by, they may be more than a page.
    if (page.length < 100) expect(page.map((task) => task.task_id)).toEqual(expect.arrayContaining(wanted));
    return page;
  }, within(20));
}
