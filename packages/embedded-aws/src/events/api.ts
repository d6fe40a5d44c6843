import { randomUUID } from "node:crypto";
import * as z from "zod";
import { type JsonService, ServiceError } from "../json-service.ts";
import { isRecord, parseJson } from "../values.ts";
import type { BusEvent } from "./rules.ts";

/** Entries of one call, and bytes of all (EventBridge API reference, PutEvents). */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024;

const Entry = z.object({
  Source: z.string().default(""),
  DetailType: z.string().default(""),
  Detail: z.string().default(""),
  EventBusName: z.literal("default", "only the default event bus is served").optional(),
});
const PutEventsInput = z.object({ Entries: z.array(Entry).min(1).max(MAX_ENTRIES) });

/** EventBridge's PutEvents: what is put goes to the template's rules. */
export function createEvents(put: (event: BusEvent) => void): JsonService {
  return {
    version: "1.1",
    namespace: "",
    execute: (operation, input) => {
      if (operation !== "PutEvents") {
        const asked = operation === "" ? "this" : operation;
        throw new ServiceError("InvalidAction", `The local EventBridge does not serve ${asked}; it serves PutEvents.`);
      }
      const request = PutEventsInput.safeParse(input);
      if (!request.success) {
        const message = request.error.issues.map((issue) => issue.message).join("; ");
        throw new ServiceError("ValidationException", message);
      }
      const { Entries } = request.data;
      if (Entries.reduce((bytes, entry) => bytes + bytesOf(entry), 0) > MAX_BYTES) {
        throw new ServiceError("ValidationException", "Total size of the entries in the request is over the limit.");
      }
      const taken = Entries.map((entry) => take(entry, put));
      return { FailedEntryCount: taken.filter((entry) => "ErrorCode" in entry).length, Entries: taken };
    },
  };
}

type Entry = z.output<typeof Entry>;

/**
 * An entry's size as EventBridge counts it.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
 */
function bytesOf({ Source, DetailType, Detail }: Entry): number {
  return [Source, DetailType, Detail].reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
}

function take({ Source, DetailType, Detail }: Entry, put: (event: BusEvent) => void): object {
  const fault = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
  if (Source === "")
    return fault("InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument.");
  if (Source.startsWith("aws.")) return fault("NotAuthorizedForSourceException", "Not authorized for the source.");
  if (DetailType === "") return fault("InvalidArgument", "Parameter DetailType is not valid.");
  const detail = parseJson(Detail);
  if (!isRecord(detail)) return fault("MalformedDetail", "Detail is malformed.");
  put({ source: Source, detailType: DetailType, detail });
  return { EventId: randomUUID() };
}
