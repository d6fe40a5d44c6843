import { ServiceError } from "../json-service.ts";
import type { Item } from "./values.ts";

/** A request that DynamoDB refuses for its content. */
export function invalid(message: string): ServiceError {
  return new ServiceError("ValidationException", message);
}

/** A parameter whose value is not allowed, in the words of the service's front. */
export function constraint(value: unknown, path: string, rule: string): ServiceError {
  const shown =
    value === undefined || value === null ? "null" : `'${typeof value === "string" ? value : JSON.stringify(value)}'`;
  const failed = `Value ${shown} at '${path}' failed to satisfy constraint: ${rule}`;
  return invalid(`1 validation error detected: ${failed}`);
}

/** A body that is not of the shape that the protocol has. */
export function malformed(message: string): ServiceError {
  return new ServiceError("SerializationException", message);
}

/** A table, index or resource that is not there. */
export function notFound(message: string): ServiceError {
  return new ServiceError("ResourceNotFoundException", message);
}

/**
 * A write whose condition does not hold. @param item what is there, for `ReturnValuesOnConditionCheckFailure: ALL_OLD`
 */
export function conditionFailed(item: Item | undefined): ServiceError {
  const details = item === undefined ? {} : { Item: item };
  // It is an answer, not a fault: to collect its stack would take longer than all else of the operation.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new ServiceError("ConditionalCheckFailedException", "The conditional request failed", 400, details);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}
