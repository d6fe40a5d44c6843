import { randomUUID } from "node:crypto";
import * as z from "zod";
import type { BusEvent } from "./rules.ts";
import type { AwsResponse, AwsService } from "../types.ts";
import { isRecord, parseJson } from "../values.ts";

/** Entries of one call, and bytes of all (EventBridge API reference, PutEvents). */
const MAX_ENTRIES = 10;
const MAX_BYTES = 256 * 1024;

const EntrySchema = z.object({
  Source: z.string().default(""),
  DetailType: z.string().default(""),
  Detail: z.string().default(""),
  EventBusName: z.literal("default", "only the default event bus is served").optional(),
});
const RequestSchema = z.object({ Entries: z.array(EntrySchema).min(1).max(MAX_ENTRIES) });

/** EventBridge's PutEvents: what is put goes to the template's rules. */
export function createEvents(put: (event: BusEvent) => void): AwsService {
  return async ({ operation, body }) => {
    if (operation !== "PutEvents")
      return refuse(
        "InvalidAction",
        `The local EventBridge does not serve ${operation ?? "this"}; it serves PutEvents.`,
      );
    const request = RequestSchema.safeParse(parseJson(body.toString()));
    if (!request.success)
      return refuse("ValidationException", request.error.issues.map(({ message }) => message).join("; "));
    if (body.length > MAX_BYTES)
      return refuse("ValidationException", "Total size of the entries in the request is over the limit.");
    const entries = request.data.Entries.map((entry) => take(entry, put));
    const failed = entries.filter((entry) => "ErrorCode" in entry).length;
    return answer(200, { FailedEntryCount: failed, Entries: entries });
  };
}

function take({ Source, DetailType, Detail }: z.infer<typeof EntrySchema>, put: (event: BusEvent) => void): object {
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

function refuse(type: string, message: string): AwsResponse {
  return answer(400, { __type: type, message }, { "x-amzn-errortype": type });
}

function answer(status: number, value: object, headers: Record<string, string> = {}): AwsResponse {
  return { status, headers: { "content-type": "application/x-amz-json-1.1", ...headers }, body: JSON.stringify(value) };
}
