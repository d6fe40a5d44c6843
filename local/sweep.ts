import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "embedded-aws";
import type { Log } from "embedded-aws";

/**
 * Seconds after the start at which the stage looks for what a kill has left, and for how long a submission is left in
 * peace by each look: what comes new is on its way.
 */
const LOOKS = [
  { after: 1, grace: 0 },
  { after: 30, grace: 20 },
] as const;

/**
 * Has the stage's sweep look, which does so every ten minutes, soon after a start with the data of an earlier run: what
 * was in flight in processes that a kill has ended is started anew by it where no message brings it back.
 * @param prefix what the names of the app's stages begin with
 * @returns what ends it
 */
export function sweepAfterRestart(awsUrl: string, prefix: string, log: Log): () => void {
  const stop = new AbortController();
  void look(awsUrl, prefix, stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) log.line("WARN", "sweep", messageOf(error));
  });
  return () => stop.abort();
}

async function look(awsUrl: string, prefix: string, signal: AbortSignal): Promise<void> {
  let passed = 0;
  for (const { after, grace } of LOOKS) {
    await delay((after - passed) * 1000, undefined, { signal });
    passed = after;
    const QueueUrl = `${awsUrl}/000000000000/${prefix}-local-canvas`;
    const response = await fetch(awsUrl, {
      method: "POST",
      signal,
      headers: {
        "x-amz-target": "AmazonSQS.SendMessage",
        "content-type": "application/x-amz-json-1.0",
        authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=00`,
      },
      body: JSON.stringify({ QueueUrl, MessageBody: JSON.stringify({ op: "sweep", grace }) }),
    });
    if (!response.ok) throw new Error(`The sweep could not be asked for: ${response.status} ${await response.text()}`);
  }
}
