import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { clientOptions } from "./endpoint.ts";

let client: DynamoDBClient | undefined;

/** The DynamoDB client of this process. */
export function dynamoClient(): DynamoDBClient {
  return (client ??= new DynamoDBClient(clientOptions));
}
