import { EventBridgeClient } from "@aws-sdk/client-eventbridge";

let client: EventBridgeClient | undefined;

/** The EventBridge client of this process. */
export function eventBridgeClient(): EventBridgeClient {
  return (client ??= new EventBridgeClient());
}
