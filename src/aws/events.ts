import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { eventBridgeClient } from "./clients/eventbridge.ts";

/** Puts an event on the account's default bus ($1 for a million). @throws Error where EventBridge refuses it. */
export async function putEvent(source: string, detailType: string, detail: object): Promise<void> {
  const { Entries } = await eventBridgeClient().send(
    new PutEventsCommand({ Entries: [{ Source: source, DetailType: detailType, Detail: JSON.stringify(detail) }] }),
  );
  const [entry] = Entries ?? [];
  if (entry?.ErrorCode !== undefined)
    throw new Error(`EventBridge refused "${detailType}": ${entry.ErrorCode} ${entry.ErrorMessage ?? ""}`);
}
