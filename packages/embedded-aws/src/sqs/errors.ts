import { ServiceError } from "../json-service.ts";

/**
 * The errors whose name in the query protocol is another than in JSON. SDKs that are older, or that go by the header
 * `x-amzn-query-error`, know them by it. From the SDK's model of SQS (`awsQueryError`).
 */
const QUERY_NAMES: Readonly<Record<string, string>> = {
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  BatchRequestTooLong: "AWS.SimpleQueueService.BatchRequestTooLong",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
  MessageNotInflight: "AWS.SimpleQueueService.MessageNotInflight",
  PurgeQueueInProgress: "AWS.SimpleQueueService.PurgeQueueInProgress",
  QueueDeletedRecently: "AWS.SimpleQueueService.QueueDeletedRecently",
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  QueueNameExists: "QueueAlreadyExists",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  UnsupportedOperation: "AWS.SimpleQueueService.UnsupportedOperation",
};

/** An error's name in the query protocol: what a failed entry of a batch is said to have. */
export function queryCodeOf(code: string): string {
  return QUERY_NAMES[code] ?? code;
}

/**
 * What the header `x-amzn-query-error` says of an error of this code: the gateway sets it beside the JSON of each
 * refusal.
 */
export function queryErrorOf(code: string): string {
  return `${queryCodeOf(code)};Sender`;
}

export function missingParameter(name: string): ServiceError {
  return new ServiceError("MissingParameter", `The request must contain the parameter ${name}.`);
}

export function invalidParameter(name: string, value: unknown, reason: string): ServiceError {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return new ServiceError("InvalidParameterValue", `Value ${text} for parameter ${name} is invalid. Reason: ${reason}`);
}

/** An invalid request as a whole, or an attribute of a message. */
export function invalidRequest(message: string): ServiceError {
  return new ServiceError("InvalidParameterValue", message);
}

export function noSuchQueue(): ServiceError {
  return new ServiceError("QueueDoesNotExist", "The specified queue does not exist.");
}

export function invalidReceipt(handle: string): ServiceError {
  return new ServiceError(
    "ReceiptHandleIsInvalid",
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
  );
}
