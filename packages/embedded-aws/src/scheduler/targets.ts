import { invoking, sending } from "../iam/calls.ts";
import type { Iam } from "../iam/index.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Log } from "../log.ts";
import type { Sqs } from "../sqs/sqs.ts";
import { messageOf } from "../values.ts";
import type { Deliver } from "./runner.ts";

/**
 * Sends to queues in the name of a schedule's role, and invokes functions asynchronously: an invocation is delivered
 * when it is taken, not when it is over.
 */
export function createTargets(sqs: Sqs, functions: Functions, iam: Iam, log: Log): Deliver {
  return async (arn, input, messageGroupId, { arn: schedule, roleArn }) => {
    const call = arn.startsWith("arn:aws:sqs:") ? sending(arn) : invoking(arn);
    const denied = iam.check({ kind: "schedule", arn: schedule, roleArn }, [call]);
    if (denied) throw denied;
    if (arn.startsWith("arn:aws:sqs:")) {
      await sqs.send(arn, input, messageGroupId);
      return;
    }
    const config = functions.find(arn);
    if (!config) throw new Error(`No function ${arn} exists.`);
    functions.invoke(arn, input).catch((error: unknown) => log.line("ERROR", config.name, messageOf(error)));
  };
}
