import type { Functions } from "../lambda/functions.ts";
import type { Log } from "../log.ts";
import type { Sqs } from "../services/sqs.ts";
import { messageOf } from "../values.ts";
import type { Deliver } from "./runner.ts";

/** Sends to queues, and invokes functions asynchronously: an invocation is delivered when it is taken, not when it is over. */
export function createTargets(sqs: Sqs, functions: Functions, log: Log): Deliver {
  return async (arn, input, messageGroupId) => {
    if (arn.startsWith("arn:aws:sqs:")) {
      await sqs.send(arn, input, messageGroupId);
      return;
    }
    const config = functions.find(arn);
    if (!config) throw new Error(`No function ${arn} exists.`);
    functions.invoke(arn, input).catch((error: unknown) => log.line("ERROR", config.name, messageOf(error)));
  };
}
