import { describe, expect, it } from "vitest";
import { type Harness, arnOf, createHarness, refused } from "./support/harness.ts";

/** A queue whose messages are dead letters after one receive, and `count` of them. */
async function withDeadLetters(
  harness: Harness,
  count: number,
): Promise<{ readonly url: string; readonly dead: string }> {
  const { create, send, receive, clock } = harness;
  const dead = await create("dead");
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: 1 });
  const url = await create("work", { RedrivePolicy, VisibilityTimeout: "1" });
  for (let n = 0; n < count; n += 1) await send(url, `${n}`);
  while ((await receive(url)).length > 0);
  clock.advance(1000);
  expect(await receive(url)).toEqual([]);
  return { url, dead };
}

const list = async ({ call }: Harness, dead: string): Promise<unknown> =>
  (await call("ListMessageMoveTasks", { SourceArn: arnOf(dead), MaxResults: 10 }))["Results"];

describe("a move of dead letters", () => {
  it("brings each back to where it failed, as a new message", async () => {
    const harness = createHarness();
    const { url, dead } = await withDeadLetters(harness, 3);
    harness.clock.advance(1000);
    await harness.call("StartMessageMoveTask", { SourceArn: arnOf(dead) });
    expect(await list(harness, dead)).toEqual([
      expect.objectContaining({
        Status: "RUNNING",
        TaskHandle: expect.any(String),
        ApproximateNumberOfMessagesToMove: 3,
      }),
    ]);
    harness.clock.advance(100);
    const messages = await harness.receive(url);
    expect(messages.map(({ Body }) => Body)).toEqual(["0", "1", "2"]);
    for (const { Attributes } of messages) {
      expect(Attributes["ApproximateReceiveCount"]).toBe("1");
      expect(Attributes).not.toHaveProperty("DeadLetterQueueSourceArn");
      expect(Number(Attributes["SentTimestamp"])).toBeGreaterThan(harness.clock.now() - 200);
    }
    expect(await list(harness, dead)).toEqual([
      expect.objectContaining({ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 3 }),
    ]);
    expect(await harness.attribute(dead, "ApproximateNumberOfMessages")).toBe("0");
  });

  it("goes where it is told to, at the rate that it is told, until it is cancelled", async () => {
    const harness = createHarness();
    const { dead } = await withDeadLetters(harness, 30);
    const other = await harness.create("other");
    const input = { SourceArn: arnOf(dead), DestinationArn: arnOf(other), MaxNumberOfMessagesPerSecond: 5 };
    const { TaskHandle } = await harness.call("StartMessageMoveTask", input);
    await refused(harness.call("StartMessageMoveTask", input), "InvalidParameterValue", "already a task running");
    harness.clock.advance(3000);
    const { ApproximateNumberOfMessagesMoved: moved } = await harness.call("CancelMessageMoveTask", { TaskHandle });
    expect(Number(moved)).toBeGreaterThanOrEqual(15);
    expect(Number(moved)).toBeLessThanOrEqual(17);
    harness.clock.advance(10_000);
    expect(await harness.attribute(other, "ApproximateNumberOfMessages")).toBe(String(moved));
    expect(await list(harness, dead)).toEqual([expect.objectContaining({ Status: "CANCELLED" })]);
  });

  it("fails at a message that says nothing of where it failed, and leaves it", async () => {
    const harness = createHarness();
    const { dead } = await withDeadLetters(harness, 0);
    await harness.send(dead, "sent by hand");
    await harness.call("StartMessageMoveTask", { SourceArn: arnOf(dead) });
    harness.clock.advance(100);
    expect(await list(harness, dead)).toEqual([
      expect.objectContaining({ Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource" }),
    ]);
    expect(await harness.bodies(dead)).toEqual(["sent by hand"]);
  });

  it("begins only at a queue for dead letters, and ends only once", async () => {
    const harness = createHarness();
    const url = await harness.create("plain");
    const start = (SourceArn: string): Promise<unknown> => harness.call("StartMessageMoveTask", { SourceArn });
    await refused(start(arnOf(url)), "InvalidParameterValue", "Dead Letter Queue");
    await refused(start(arnOf("x/none")), "ResourceNotFoundException");
    await refused(harness.call("CancelMessageMoveTask", { TaskHandle: "x" }), "ResourceNotFoundException");
  });
});
