import { SFNServiceException, SendTaskFailureCommand, SendTaskSuccessCommand } from "@aws-sdk/client-sfn";
import { sfnClient } from "./clients/sfn.ts";

/** Errors of a token that nobody waits for any more: its state was answered, timed out, or its execution has ended. */
const SPENT = new Set(["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"]);

/** Tells the state that waits with `token` how its task ended. Ids travel, never payloads, so the output is empty. */
export async function answerToken(token: string, error: string | null): Promise<void> {
  try {
    await (error === null
      ? sfnClient().send(new SendTaskSuccessCommand({ taskToken: token, output: "{}" }))
      : sfnClient().send(new SendTaskFailureCommand({ taskToken: token, error: "Celeriac.Failed", cause: error })));
  } catch (thrown) {
    if (!(thrown instanceof SFNServiceException && SPENT.has(thrown.name))) throw thrown;
  }
}
