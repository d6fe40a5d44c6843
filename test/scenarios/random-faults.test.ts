import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { SubmissionAnswer } from "../../src/core/http/answer-schemas.ts";
import type { Node } from "../../src/core/canvas/node.ts";
import { LINK_MARK, anyCanvas } from "../fixtures/canvases.ts";
import { type Besides, evaluate } from "../fixtures/evaluate.ts";
import { call, settled } from "./support/api.ts";
import { atOnce } from "./support/at-once.ts";
import { type Rig, startRig } from "./support/rig.ts";
import { type Tally, resultOf, takeTally } from "./support/tally.ts";

/** Canvases of each of the two tests; CELERIAC_CANVASES=1000 makes it a long one. */
const CANVASES = Number(process.env["CELERIAC_CANVASES"] ?? 40);
const SEED = Number(process.env["CELERIAC_SEED"] ?? 1);
const AT_ONCE = 16;
const BUDGET = 1_500_000;
/** Milliseconds after its submission at which a canvas is revoked, at the most: most have ended by then. */
const LATEST_REVOKE = 1_500;

describe.skipIf(inject("assembly") === "")("random canvases with failures, retries, links and replacements", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  it(`give what Celery's rules say, and call each link once: ${CANVASES} of them`, { timeout: BUDGET }, async () => {
    const nodes = fc.sample(anyCanvas(3), { numRuns: CANVASES, seed: SEED });
    const ran = await atOnce(AT_ONCE, nodes, (node) => run(node));
    await quiet(rig);
    const tally = await takeTally(rig.aws);
    const wrong = ran.flatMap(({ node, id, root, end }) => {
      const besides: Besides = { links: [], replacements: 0 };
      const must = evaluate(node, null, besides);
      const links = linksOf(root, tally);
      const isRight = isDeepStrictEqual(end, must) && isDeepStrictEqual(links, besides.links.map(String).toSorted());
      return isRight ? [] : [{ id, node: JSON.stringify(node), end, must, links, besides }];
    });
    process.stdout.write(`random canvases, seed ${SEED}: ${ran.length} ran, ${wrong.length} differ\n`);
    expect([wrong, tally.faults, strays(tally)]).toEqual([[], [], []]);
  });

  it(
    `end whenever they are revoked, and leave nothing that waits: ${CANVASES} of them`,
    { timeout: BUDGET },
    async () => {
      const moments = fc.record({
        node: anyCanvas(3),
        after: fc.integer({ min: 0, max: LATEST_REVOKE }),
        terminate: fc.boolean(),
        which: fc.nat(),
      });
      const all = fc.sample(moments, { numRuns: CANVASES, seed: SEED + 1 });
      const ran = await atOnce(AT_ONCE, all, ({ node, ...revoke }) => run(node, revoke));
      await quiet(rig);
      const tally = await takeTally(rig.aws);
      const wrong = ran.flatMap(({ node, id, root, end }) => {
        const must = evaluate(node);
        const isRevoked = !end.ok && ["Revoked", "ChordError"].includes(end.error);
        const links = linksOf(root, tally);
        const isRight = (isRevoked || isDeepStrictEqual(end, must)) && links.every((link) => isOnce(link, links, node));
        return isRight ? [] : [{ id, node: JSON.stringify(node), end, must, links }];
      });
      const revoked = ran.filter(({ end }) => !end.ok && end.error === "Revoked").length;
      process.stdout.write(
        `random revokes, seed ${SEED}: ${ran.length} ran, ${revoked} ended as revoked, ${wrong.length} differ\n`,
      );
      expect([wrong, tally.faults, strays(tally)]).toEqual([[], [], []]);
    },
  );
});

interface Ran {
  readonly node: Node;
  readonly id: string;
  readonly root: string;
  readonly end: ReturnType<typeof evaluate>;
}

/** Runs a canvas to its end. @param revoke when to revoke what of it. @default nothing */
async function run(node: Node, revoke?: { after: number; terminate: boolean; which: number }): Promise<Ran> {
  const answer = await call("POST", "/canvas", node);
  if (answer.status !== 202) throw new Error(`${answer.status}: ${answer.text} for ${JSON.stringify(node)}`);
  const { task_id: id, root_id: root, tasks } = SubmissionAnswer.parse(answer.json);
  if (revoke !== undefined) {
    await delay(revoke.after);
    // Half of them as a whole, the others one of their tasks or groups.
    const ids = [...tasks.map((task) => task.task_id), ...tasks.flatMap((task) => task.group_id ?? [])];
    const which = ids[Math.floor(revoke.which / 2) % Math.max(1, ids.length)];
    const target = revoke.which % 2 === 0 ? id : (which ?? id);
    const { status } = await call("POST", `/tasks/${target}/revoke`, { terminate: revoke.terminate });
    if (status !== 202) throw new Error(`revoking was answered ${status}`);
  }
  const { status, result, error } = await settled(id, 120);
  const end =
    status === "SUCCESS" ? ({ ok: true, value: result } as const) : ({ ok: false, error: error?.type ?? "" } as const);
  return { node, id, root, end };
}

/** The markers of the links that ran for a submission. */
function linksOf(root: string, { tasks }: Tally): string[] {
  return [...tasks.values()]
    .filter((task) => task.call.root === root && task.call.task === "probe.identity" && task.status === "SUCCESS")
    .map((task) => String(resultOf(task)))
    .filter((result) => result.startsWith(LINK_MARK))
    .toSorted();
}

/** Whether a link was called no more often than the canvas has it. */
function isOnce(link: string, links: readonly string[], node: Node): boolean {
  const there = JSON.stringify(node).split(`"${link}"`).length - 1;
  return links.filter((other) => other === link).length <= there;
}

/** Children that there are not. */
function strays({ tasks, ids }: Tally): string[] {
  return [...tasks.values()].flatMap(({ id, children }) =>
    children.filter((child) => !ids.has(child)).map((child) => `${child} of ${id} is not there`),
  );
}

/** Waits until no queue holds a message and no execution runs. */
async function quiet(rig: Rig): Promise<void> {
  await vi.waitFor(
    async () => {
      const depths = await Promise.all(["canvas", "math", "probe", "dead"].map((name) => rig.aws.depth(name)));
      expect(depths.map(({ waiting, inFlight, delayed }) => waiting + inFlight + delayed)).toEqual([0, 0, 0, 0]);
      expect(await rig.aws.running()).toBe(0);
    },
    { timeout: 120_000, interval: 500 },
  );
}
