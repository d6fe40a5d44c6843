import { AwsJson1_0Protocol } from "@aws-sdk/core/protocols";
import { errorTypeRegistries, type ServiceInputTypes, type ServiceOutputTypes } from "@aws-sdk/client-sqs";
import { verifyChecksums } from "./checksums.ts";
import { GOV_CLOUD, type SenderOptions, type Service } from "./options.ts";
import { createSender, type Sender } from "./send.ts";

/** Sends commands of `@aws-sdk/client-sqs`. */
export type SqsSender = Sender<ServiceInputTypes, ServiceOutputTypes>;

/** SQS, as the SDK calls it. */
export const SQS: Service = {
  name: "sqs",
  id: "SQS",
  plainFips: GOV_CLOUD,
  maxAttempts: 3,
  baseDelay: 50,
  longPolls: new Set(["ReceiveMessage"]),
  verify: verifyChecksums,
};

/**
 * A client of SQS. It calls the endpoint of its region, not the host of a queue's URL: that is AWS's even with an
 * emulator.
 */
export function createSqsSender(options?: SenderOptions): SqsSender {
  const protocol = new AwsJson1_0Protocol({
    defaultNamespace: "com.amazonaws.sqs",
    errorTypeRegistries,
    serviceTarget: "AmazonSQS",
    awsQueryCompatible: true,
  });
  return createSender(SQS, protocol, options);
}

let client: SqsSender | undefined;

/** The SQS client of this process. */
export function sqsClient(): SqsSender {
  return (client ??= createSqsSender());
}
