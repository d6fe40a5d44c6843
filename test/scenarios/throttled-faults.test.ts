import { SetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { BatchAnswer } from "../../src/core/http/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { call } from "./support/api.ts";
import { type Rig, startRig } from "./support/rig.ts";
import { takeTally } from "./support/tally.ts";

/** What a new account often has. */
const CONCURRENCY = 10;
const TASKS = 2_000;
/** Seconds in place of the 50 to 350 of the stage, so that throttled deliveries do not take an hour. */
const VISIBILITY = "2";
/** In place of ten deliveries, so that some messages die in any run. */
const RedrivePolicy = JSON.stringify({
  maxReceiveCount: 2,
  deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:celeriac-local-dead",
});

const mail = { to: "a@example.com", subject: "An order", text: "It is on its way." };
const MODULES = {
  math: (n: number) => t("math.add", n, 1),
  records: (n: number) => t("records.process_chunk", 0, n % 50),
  monitor: (n: number) => t("monitor.monitored", n),
  email: () => t("email.send_batch", [mail]),
  etl: () => t("etl.extract", "a,b\n1,2\n"),
} as const;

const isOurs = inject("assembly") !== "";

describe.skipIf(!isOurs)(`an account that runs ${CONCURRENCY} Lambdas at once`, () => {
  const returned: string[] = [];
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig({
      accountConcurrency: CONCURRENCY,
      onFunctionLine: (_name, line) => {
        if (line.includes("goes back from the dead letters")) returned.push(line);
      },
    });
    for (const module of Object.keys(MODULES)) {
      const QueueUrl = await rig.aws.queueUrl(module);
      await rig.aws.sqs.send(
        new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: VISIBILITY, RedrivePolicy } }),
      );
    }
  });
  afterAll(() => rig?.stop());

  it(
    `runs ${TASKS} tasks of five modules to their ends, though their messages die of throttling`,
    {
      timeout: 600_000,
    },
    async () => {
      const makers = Object.values(MODULES);
      const tasks = Array.from({ length: TASKS }, (_, n) => makers[n % makers.length]?.(n));
      for (let first = 0; first < TASKS; first += 500) await submitBatch(tasks.slice(first, first + 500));
      const statuses = await vi.waitFor(
        async () => {
          const { tasks: items } = await takeTally(rig.aws);
          const counts = Object.groupBy(items.values(), ({ status }) => status);
          const ended = [...(counts["SUCCESS"] ?? []), ...(counts["FAILURE"] ?? [])];
          expect(ended).toHaveLength(TASKS);
          return ended.map(({ status, error }) => `${status} ${error?.type ?? ""}`.trim());
        },
        { timeout: 570_000, interval: 5_000 },
      );
      expect(new Set(statuses)).toEqual(new Set(["SUCCESS"]));
      expect(returned.length).toBeGreaterThan(0);
    },
  );
});

/** The API is throttled as well: it says so, and takes nothing. */
function submitBatch(tasks: readonly unknown[]): Promise<void> {
  return vi.waitFor(
    async () => {
      const answer = await call("POST", "/tasks/batch", { tasks });
      expect(answer.status).toBe(202);
      expect(BatchAnswer.parse(answer.json).tasks).toHaveLength(tasks.length);
    },
    { timeout: 60_000, interval: 200 },
  );
}
