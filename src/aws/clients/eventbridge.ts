import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { clientOptions } from "./endpoint.ts";

let client: EventBridgeClient | undefined;

/** The EventBridge client of this process. */
export function eventBridgeClient(): EventBridgeClient {
  return (client ??= new EventBridgeClient(clientOptions));
}
