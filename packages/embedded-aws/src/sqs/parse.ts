import type * as z from "zod";
import { ServiceError } from "../json-service.ts";
import { invalidParameter, missingParameter } from "./errors.ts";

/**
 * A request's members, checked. What is not served is refused by its name.
 * @throws ServiceError of SQS: MissingParameter, InvalidParameterValue
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path ?? [];
  if (issue?.code === "unrecognized_keys") {
    const names = issue.keys.map((key) => [...path, key].join(".")).join(", ");
    throw new ServiceError("InvalidParameterValue", `The embedded SQS serves no parameter ${names}.`);
  }
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    input,
  );
  const name = path.join(".");
  if (value === undefined) throw missingParameter(name);
  throw invalidParameter(name, value, `${issue?.message ?? "it is of another type"}.`);
}
