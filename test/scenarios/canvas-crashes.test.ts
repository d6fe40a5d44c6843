import { ChangeMessageVisibilityCommand } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import * as z from "zod";
import type { AwsRequest, AwsResponse } from "embedded-aws";
import { ListAnswer } from "../../src/core/http/answer-schemas.ts";
import type { Node } from "../../src/core/canvas/node.ts";
import { t } from "../fixtures/canvases.ts";
import { call, settled, submit } from "./support/api.ts";
import { type Rig, refusal, startRig } from "./support/rig.ts";

/**
 * Runs with calls refused at random, and seeds of them; CELERIAC_CRASHES=100 makes a long run, CELERIAC_SEED repeats
 * one.
 */
const RUNS = Number(process.env["CELERIAC_CRASHES"] ?? 3);
const SEED = Number(process.env["CELERIAC_SEED"] ?? Math.trunc(Math.random() * 2 ** 31));
/**
 * One of this many calls is refused: a message that meets ten refusals in a row is given up, which must stay unlikely.
 */
const ONE_IN = 20;
/** Seconds for one run. */
const PATIENCE = 50;

const linked = { ...t("probe.flaky", 1), options: { link: [t("probe.identity")] } };
const failing = { ...t("probe.fail"), options: { link_error: [t("probe.identity")] } };

/**
 * A retry, links, a chunk of several members, chords, nested chains, and a failure; small, since each run is one after
 * the other.
 */
const canvas: Node = {
  chain: [
    linked,
    { group: Array.from({ length: 11 }, () => t("math.add", 1)) },
    t("probe.size"),
    { chord: { header: [t("math.add", 1), { chain: [t("math.add", 2), t("math.add", 3)] }], body: t("math.xsum") } },
    { group: [t("math.add", 1), { chain: [t("math.mul", 2), failing, t("math.add", 1)] }] },
  ],
};

const Hidden = z.object({ QueueUrl: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: z.number().max(300) });

describe.skipIf(inject("assembly") === "")("a canvas whose functions end between any two of their calls", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  /**
   * Has a message that a function gave up come back at once, and the lease of the attempt that it was about be over.
   */
  function comeBackNow({ operation, caller, body }: AwsRequest): AwsResponse | null {
    if (operation !== "ChangeMessageVisibility" || caller === null) return null;
    const hidden = Hidden.safeParse(JSON.parse(body.toString()));
    if (!hidden.success) return null;
    const visible = new ChangeMessageVisibilityCommand({ ...hidden.data, VisibilityTimeout: 0 });
    void rig.aws.expireLeases().then(() => rig.aws.sqs.send(visible));
    return { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: "{}" };
  }

  it.each(fc.sample(fc.integer({ min: 1, max: 2 ** 31 }), { numRuns: RUNS, seed: SEED }))(
    `ends as it would have, where one in ${ONE_IN} is refused (seed %i of ${SEED})`,
    { timeout: 2 * PATIENCE * 1000 },
    async (seed) => {
      const random = randomNumbers(seed);
      const refused: string[] = [];
      rig.guard = (request) => {
        const isWorking = request.caller?.includes("-task-") === true || request.caller?.endsWith("-canvas") === true;
        if (!isWorking) return null;
        const answer = comeBackNow(request);
        if (answer !== null || random() >= 1 / ONE_IN) return answer;
        refused.push(`${request.caller} ${request.operation ?? request.method}`);
        return refusal();
      };
      const submitted = await submit("/canvas", canvas);
      const record = await settled(submitted.task_id, PATIENCE);
      const origin = submitted.tasks.find((task) => task.task === "probe.fail");
      expect(record).toMatchObject({
        status: "FAILURE",
        completed: 1,
        failed: 1,
        error: { type: "ExpectedError", message: "Task expected to fail", task_id: origin?.task_id },
      });
      const tasks = await vi.waitFor(
        async () => {
          const page = ListAnswer.parse(
            (await call("GET", `/tasks?root_id=${submitted.root_id}&limit=100`)).json,
          ).tasks;
          expect(page.filter((task) => task.done_at === null)).toEqual([]);
          expect(page).toHaveLength(submitted.tasks.length + 2);
          return new Map(page.map((task) => [task.task_id, task]));
        },
        { timeout: PATIENCE * 1000 },
      );
      const statuses = submitted.tasks.map((task) => tasks.get(task.task_id)?.status);
      expect(statuses, refused.join(", ")).toEqual([
        ...Array.from({ length: 19 }, () => "SUCCESS"),
        "FAILURE",
        "FAILURE",
      ]);
      await vi.waitFor(async () => {
        expect(await rig.aws.item(`root#${submitted.root_id}`)).toMatchObject({ done: true, epoch: 0 });
        expect((await rig.aws.executionOf(submitted.root_id)).status).not.toBe("RUNNING");
      }, PATIENCE * 1000);
    },
  );

  it(
    "is accepted by a repeated request after any call of the first was refused, and runs once",
    { timeout: 120_000 },
    async () => {
      const small = { chain: [t("math.add", 1, 1), { group: [t("math.add", 1), t("math.add", 2)] }, t("math.xsum")] };
      for (let nth = 1; ; nth += 1) {
        let calls = 0;
        let refused: string | null = null;
        rig.guard = (request) => {
          if (request.caller?.endsWith("-api-submit") !== true || (calls += 1) !== nth) return null;
          refused = request.operation;
          return refusal();
        };
        const key = crypto.randomUUID();
        const post = () => call("POST", "/canvas", small, { "idempotency-key": key });
        let answer = await post();
        for (; answer.status !== 202; answer = await post()) {
          expect([409, 500], String(refused)).toContain(answer.status);
          // The first request still has the key for half a minute: that time is over here.
          if (answer.status === 409) await rig.aws.endIdempotencyLeases();
        }
        const { task_id: id, tasks } = z
          .object({ task_id: z.string(), tasks: z.array(z.object({ task_id: z.string() })) })
          .parse(answer.json);
        expect(await settled(id), String(refused)).toMatchObject({ status: "SUCCESS", result: 7 });
        for (const task of tasks) expect(await settled(task.task_id)).toMatchObject({ status: "SUCCESS", retries: 0 });
        if (refused === null) return;
      }
    },
  );
});

/** Numbers from 0 to 1, the same for the same seed: the generator of POSIX's drand48. */
function randomNumbers(seed: number): () => number {
  let state = BigInt(seed) * 2n ** 16n + 0x330en;
  return () => {
    state = (state * 0x5deece66dn + 11n) % 2n ** 48n;
    return Number(state) / 2 ** 48;
  };
}
