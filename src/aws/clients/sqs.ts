import { SQSClient } from "@aws-sdk/client-sqs";
import { clientOptions, endpoint } from "./endpoint.ts";

let client: SQSClient | undefined;

/** The SQS client of this process. By itself it calls the host of each queue's URL, which is AWS's even with an emulator. */
export function sqsClient(): SQSClient {
  return (client ??= new SQSClient(endpoint === undefined ? {} : { ...clientOptions, useQueueUrlAsEndpoint: false }));
}
