import fc from "fast-check";
import { expect, it } from "vitest";
import { settle } from "../support/clock.ts";
import { EXECUTION_ARN, MACHINE_ARN } from "./harness.ts";
import { definitionOf, INPUT, machineSteps } from "./random-machines.ts";
import { Lives } from "./restarts.ts";

/** What happens next to a process. */
const moment = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("work" as const), which: fc.nat(), turns: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass" as const), turns: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("time" as const), seconds: fc.integer({ min: 1, max: 8 }) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "kill" as const }) },
);
type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;

async function live(lives: Lives, next: Moment): Promise<void> {
  if (next.kind === "kill") return lives.restart();
  if (next.kind === "time") return lives.clock.advance(next.seconds);
  if (next.kind === "work") {
    const messages = [...lives.queue];
    const chosen = messages[next.which % Math.max(1, messages.length)];
    // A process that is killed answers nobody.
    if (chosen !== undefined) void lives.work(...chosen).catch(() => {});
  }
  await settle(next.turns);
}

/** Works until the execution is over; what it comes to. */
async function finish(lives: Lives): Promise<Readonly<Record<string, unknown>>> {
  for (let round = 0; round < 400; round += 1) {
    for (const message of [...lives.queue]) await lives.work(...message);
    await settle(4);
    const description = await lives.call("DescribeExecution", { executionArn: `${EXECUTION_ARN}:e` });
    if (description["status"] !== "RUNNING") return description;
    if (lives.queue.size === 0) await lives.clock.advance(5);
  }
  throw new Error("The execution has no end.");
}

async function start(lives: Lives): Promise<void> {
  await lives.call("StartExecution", { stateMachineArn: MACHINE_ARN, name: "e", input: JSON.stringify(INPUT) });
}

const stripped = ({ status, output, error }: Readonly<Record<string, unknown>>): object => ({ status, output, error });

it("executions come to the same end through kills at random moments, with every task sent and no token lost", async () => {
  const delays = fc.infiniteStream(fc.integer({ min: 1, max: 4 }));
  await fc.assert(
    fc.asyncProperty(machineSteps, fc.array(moment, { maxLength: 60 }), delays, async (steps, moments, delay) => {
      const definition = definitionOf(steps);
      const undisturbed = new Lives(definition);
      await start(undisturbed);
      const expected = stripped(await finish(undisturbed));

      const lives = new Lives(definition, () => delay.next().value ?? 1);
      await start(lives);
      for (const next of moments) await live(lives, next);
      lives.restart();
      expect(stripped(await finish(lives))).toEqual(expected);
      expect([...new Set(lives.sent)].toSorted()).toEqual(undisturbed.sent.toSorted());
      // An answer may find its task settled by an earlier one that was given before a kill; it never finds it unknown.
      expect([...lives.refusals].filter((name) => name !== "TaskTimedOut")).toEqual([]);
      await lives.storage.written();
      expect(lives.storage.sizes).not.toHaveProperty("states/executions");
      expect(lives.storage.sizes).not.toHaveProperty("states/threads");
      expect(lives.storage.sizes).not.toHaveProperty("states/events");
      expect(lives.clock.pending).toBe(0);
      for (const each of [undisturbed, lives]) each.states.stop();
    }),
    { numRuns: Number(process.env["RESTARTS"] ?? 60) },
  );
}, 60_000);
