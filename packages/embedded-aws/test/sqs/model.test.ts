import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ServiceError } from "../../src/json-service.ts";
import { type Harness, arnOf, createHarness } from "./support/harness.ts";
import { type ModelReceipt, ModelQueue } from "./support/model.ts";

const Step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("send"), group: fc.constantFrom("a", "b", "c"), delay: fc.nat(3) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("receive"),
      max: fc.integer({ min: 1, max: 10 }),
      visibility: fc.option(fc.nat(4), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove"), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("hide"), which: fc.nat(), seconds: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("advance"), millis: fc.nat(4000) }) },
);

type Step = typeof Step extends fc.Arbitrary<infer T> ? T : never;

interface Pair {
  readonly model: ModelReceipt;
  readonly handle: string;
}

/** The code that a call is refused with; null for one that is not. */
async function codeOf(answer: Promise<unknown>): Promise<string | null> {
  return answer.then(
    () => null,
    (error: unknown) => (error instanceof ServiceError ? error.code : String(error)),
  );
}

/** Takes the same steps on both, and compares what each answers. */
async function compare(fifo: boolean, steps: readonly Step[]): Promise<void> {
  const harness = createHarness();
  const { clock, call } = harness;
  const suffix = fifo ? ".fifo" : "";
  const kind = fifo ? { FifoQueue: "true" } : {};
  const dead = await harness.create(`dead${suffix}`, kind);
  const url = await harness.create(`work${suffix}`, {
    ...kind,
    VisibilityTimeout: "3",
    MessageRetentionPeriod: "60",
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 3 }),
  });
  const model = new ModelQueue({ fifo, visibility: 3000, retention: 60_000, maxReceives: 3 });
  const receipts: Pair[] = [];
  for (const [number, step] of steps.entries()) {
    model.settle(clock.now());
    if ("group" in step) {
      const fifoOnly = fifo ? { MessageGroupId: step.group, MessageDeduplicationId: `${number}` } : {};
      await harness.send(url, `${number}`, fifo ? fifoOnly : { DelaySeconds: step.delay });
      model.send(`${number}`, step.group, fifo ? 0 : step.delay * 1000, clock.now());
    } else if ("max" in step) {
      receipts.push(...(await compareReceive(harness, url, model, step)));
    } else if ("millis" in step) clock.advance(step.millis);
    else await compareReceipt(harness, url, model, receipts, step);
    model.settle(clock.now());
    const names = ["", "Delayed", "NotVisible"].map((name) => `ApproximateNumberOfMessages${name}`);
    const counts = await Promise.all(names.map(async (name) => Number(await harness.attribute(url, name))));
    expect(counts).toEqual(model.counts());
  }
  expect(Number(await harness.attribute(dead, "ApproximateNumberOfMessages"))).toBe(model.dead.length);
  await call("DeleteQueue", { QueueUrl: url });
}

async function compareReceive(
  { receive, clock }: Harness,
  url: string,
  model: ModelQueue,
  { max, visibility }: { readonly max: number; readonly visibility: number | undefined },
): Promise<readonly Pair[]> {
  const expected = model.receive(max, visibility === undefined ? undefined : visibility * 1000, clock.now());
  const got = await receive(url, { MaxNumberOfMessages: max, VisibilityTimeout: visibility });
  expect(got.map(({ Body }) => Body)).toEqual(expected.map(({ message }) => message.body));
  return expected.map((receipt, at) => ({ model: receipt, handle: got[at]?.ReceiptHandle ?? "" }));
}

async function compareReceipt(
  { call, clock }: Harness,
  QueueUrl: string,
  model: ModelQueue,
  receipts: readonly Pair[],
  step: { readonly which: number; readonly seconds?: number },
): Promise<void> {
  const pair = receipts[step.which % Math.max(1, receipts.length)];
  if (pair === undefined) return;
  const input = { QueueUrl, ReceiptHandle: pair.handle };
  const { which: _which, seconds } = step;
  const answer =
    seconds === undefined
      ? call("DeleteMessage", input)
      : call("ChangeMessageVisibility", { ...input, VisibilityTimeout: seconds });
  const code = await codeOf(answer);
  const expected =
    seconds === undefined ? model.remove(pair.model) : model.hide(pair.model, seconds * 1000, clock.now());
  expect(code).toBe(expected);
}

describe("random operations come to what the documentation says", () => {
  for (const fifo of [false, true]) {
    it(`in a ${fifo ? "FIFO" : "standard"} queue with dead letters`, { timeout: 60_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(Step, { minLength: 20, maxLength: 120, size: "max" }), (steps) =>
          compare(fifo, steps),
        ),
        { numRuns: 150 },
      );
    });
  }
});
