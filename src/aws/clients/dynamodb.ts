import { AwsJson1_0Protocol } from "@aws-sdk/core/protocols";
import { DynamoDBJsonCodec2 } from "@aws-sdk/dynamodb-codec";
import { errorTypeRegistries, type ServiceInputTypes, type ServiceOutputTypes } from "@aws-sdk/client-dynamodb";
import { GOV_CLOUD, type SenderOptions, type Service } from "./options.ts";
import { createSender, type Sender } from "./send.ts";

/** Sends commands of `@aws-sdk/client-dynamodb`. */
export type DynamoSender = Sender<ServiceInputTypes, ServiceOutputTypes>;

/** DynamoDB, as the SDK calls it. */
export const DYNAMODB: Service = {
  name: "dynamodb",
  id: "DYNAMODB",
  plainFips: GOV_CLOUD,
  maxAttempts: 4,
  baseDelay: 25,
};

/** A client of DynamoDB: the regional endpoint, for endpoints of an account save nothing for one table. */
export function createDynamoSender(options?: SenderOptions): DynamoSender {
  const protocol = new AwsJson1_0Protocol({
    defaultNamespace: "com.amazonaws.dynamodb",
    errorTypeRegistries,
    serviceTarget: "DynamoDB_20120810",
    jsonCodec: new DynamoDBJsonCodec2(),
  });
  return createSender(DYNAMODB, protocol, options);
}

let client: DynamoSender | undefined;

/** The DynamoDB client of this process. */
export function dynamoClient(): DynamoSender {
  return (client ??= createDynamoSender());
}
