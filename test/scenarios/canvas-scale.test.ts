import { type TestContext, afterAll, describe, expect, it, vi } from "vitest";
import { t } from "../fixtures/canvases.ts";
import { settled, submit, within } from "./support/api.ts";
import { Aws } from "./support/aws.ts";
import { needs, skip } from "./support/needs.ts";
import { awsUrl } from "./support/served.ts";

/** CELERIAC_WIDE=1 runs what takes minutes on a small machine: 22,000 tasks, at some 150 a second on two cores. */
const WIDE = process.env["CELERIAC_WIDE"] !== undefined;
const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

/** @param context of a scenario that only runs where CELERIAC_WIDE is set. */
function wide(context: TestContext): void {
  if (!WIDE) skip(context, "it takes minutes: CELERIAC_WIDE=1 runs it");
}

describe.skipIf(awsUrl === "")("the history of an execution", () => {
  const aws = new Aws(awsUrl);
  afterAll(() => aws.close());

  /** How many events an execution has once it has ended. */
  const eventsOf = (root: string): Promise<number> =>
    vi.waitFor(async () => {
      const execution = await aws.executionOf(root);
      expect(execution.status).toBe("SUCCEEDED");
      return (await aws.history(execution.arn)).length;
    }, within(20));

  it("has eight events for each step of a chain, so that 200 steps stay far below the 25,000 of Step Functions", async (context) => {
    needs(context, "history-events");
    const steps = [t("math.add", 0, 0), ...range(199).map(() => t("math.add", 1))];
    const { task_id: id, root_id: root } = await submit("/chain", { tasks: steps });
    expect(await settled(id)).toMatchObject({ status: "SUCCESS", result: 199 });
    expect(await eventsOf(root)).toBe(200 * 8 + 6);
  });

  it("stays below 1,000 events for a chord of 10,000 tasks", within(600), async (context) => {
    wide(context);
    const started = performance.now();
    const { task_id: id, root_id: root } = await submit("/chord", {
      header: range(9_999).map((n) => t("probe.identity", n)),
      body: t("probe.size"),
    });
    expect(await settled(id, 580)).toMatchObject({ status: "SUCCESS", result: 9_999 });
    const events = await eventsOf(root);
    process.stdout.write(`a chord of 10,000 tasks: ${Math.round(performance.now() - started)} ms, ${events} events\n`);
    expect(events).toBeLessThan(1_000);
  });

  it("is cut in two for a chain of 1,000 steps, which may be groups of any width", within(600), async (context) => {
    wide(context);
    const group = { group: range(1_000).map(() => t("math.add", 1)) };
    const steps = [t("math.add", 0, 0), ...range(997).map(() => t("math.add", 1)), group, t("math.tsum")];
    const { task_id: id, root_id: root } = await submit("/chain", { tasks: steps });
    expect(await settled(id, 580)).toMatchObject({ status: "SUCCESS", result: 998_000 });
    expect(await eventsOf(root)).toBeLessThan(5_000);
  });

  it("of ten groups one after the other is that of ten chords", within(600), async (context) => {
    wide(context);
    const steps = range(10).flatMap(() => [{ group: range(999).map(() => t("probe.identity")) }, t("probe.size")]);
    const { task_id: id } = await submit("/chain", { tasks: [t("probe.identity", 1), ...steps].slice(0, -1) });
    expect(await settled(id, 580)).toMatchObject({ status: "SUCCESS", total: 999 });
  });
});
