import { AwsJson1_0Protocol } from "@aws-sdk/core/protocols";
import { errorTypeRegistries, type ServiceInputTypes, type ServiceOutputTypes } from "@aws-sdk/client-sfn";
import { GOV_CLOUD, type SenderOptions, type Service } from "./options.ts";
import { createSender, type Sender } from "./send.ts";

/** Sends commands of `@aws-sdk/client-sfn`. */
export type SfnSender = Sender<ServiceInputTypes, ServiceOutputTypes>;

/** Step Functions, as the SDK calls it. */
export const SFN: Service = {
  name: "states",
  id: "SFN",
  plainFips: new Set(["us-gov-west-1"]),
  fipsDualStack: GOV_CLOUD,
  maxAttempts: 3,
  baseDelay: 50,
  longPolls: new Set(["GetActivityTask"]),
};

/** A client of Step Functions, without what has a host of its own: StartSyncExecution and TestState are refused. */
export function createSfnSender(options?: SenderOptions): SfnSender {
  const protocol = new AwsJson1_0Protocol({
    defaultNamespace: "com.amazonaws.sfn",
    errorTypeRegistries,
    serviceTarget: "AWSStepFunctions",
  });
  return createSender(SFN, protocol, options);
}

let client: SfnSender | undefined;

/** The Step Functions client of this process. */
export function sfnClient(): SfnSender {
  return (client ??= createSfnSender());
}
