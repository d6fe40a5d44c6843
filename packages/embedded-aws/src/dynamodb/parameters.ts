import type { Input } from "../json-service.ts";
import { constraint, invalid, malformed } from "./errors.ts";

/** What a parameter of before 2014 is replaced by. */
const LEGACY: Readonly<Record<string, string>> = {
  AttributesToGet: "ProjectionExpression",
  AttributeUpdates: "UpdateExpression",
  ConditionalOperator: "an expression",
  Expected: "ConditionExpression",
  KeyConditions: "KeyConditionExpression",
  QueryFilter: "FilterExpression",
  ScanFilter: "FilterExpression",
};

/** Refuses what is not among the names: what would be left undone is not accepted. @throws ServiceError */
export function accept(operation: string, input: Input, names: ReadonlySet<string>): void {
  for (const name in input) {
    if (names.has(name)) continue;
    if (Object.hasOwn(LEGACY, name)) {
      throw invalid(
        `${operation}: ${name} is a legacy parameter, which this DynamoDB does not serve. Use ${LEGACY[name]}.`,
      );
    }
    throw invalid(`${operation}: this DynamoDB does not serve the parameter ${name}.`);
  }
}

/** Names, as one text has them. */
export function namesOf(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

/** A parameter that is a text, or not there. @throws ServiceError */
export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw malformed(`${name} is to be a string`);
}

/** A parameter that is a yes or a no. @throws ServiceError */
export function flag(input: Input, name: string, otherwise: boolean): boolean {
  const value = input[name];
  if (value === undefined || value === null) return otherwise;
  if (typeof value === "boolean") return value;
  throw malformed(`${name} is to be a boolean`);
}

/** A parameter that is one of some words. @throws ServiceError */
export function oneOf<T extends string>(input: Input, name: string, words: readonly T[], otherwise: T): T {
  const value = input[name];
  if (value === undefined || value === null) return otherwise;
  const found = words.find((word) => word === value);
  if (found !== undefined) return found;
  const rule = `Member must satisfy enum value set: [${words.join(", ")}]`;
  throw constraint(value, name.charAt(0).toLowerCase() + name.slice(1), rule);
}

/** A parameter that is a whole number within bounds. @throws ServiceError */
export function integer(input: Input, name: string, low: number, high: number): number | undefined {
  const value = input[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) throw malformed(`${name} is to be an integer`);
  const path = name.charAt(0).toLowerCase() + name.slice(1);
  if (value < low) throw constraint(value, path, `Member must have value greater than or equal to ${low}`);
  if (value > high) throw constraint(value, path, `Member must have value less than or equal to ${high}`);
  return value;
}
