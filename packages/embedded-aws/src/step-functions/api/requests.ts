import * as z from "zod";
import { MAX_DATA_BYTES } from "../language/json.ts";
import { validationError } from "./errors.ts";

const arn = z.string().min(1).max(256);
const maxResults = z.number().int().min(0).max(1000).default(0);
const nextToken = z.string().min(1).max(3096).optional();
const taskToken = z.string().min(1).max(2048);

/** AWS measures what users send in bytes of UTF-8. */
const data = z.string().refine((text) => Buffer.byteLength(text) <= MAX_DATA_BYTES, {
  error: `Member must have length less than or equal to ${MAX_DATA_BYTES}`,
});
const error = z.string().max(256).nullish();
const cause = z.string().max(32_768).nullish();

const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"] as const;

/** What each operation takes; fields that the local service has no use for (traceHeader) are let through. */
export const requests = {
  listStateMachines: z.looseObject({ maxResults, nextToken }),
  describeStateMachine: z.looseObject({ stateMachineArn: arn }),
  startExecution: z.looseObject({
    stateMachineArn: arn,
    name: z.string().min(1).max(80).nullish(),
    input: data.nullish().transform((text) => text ?? "{}"),
  }),
  describeExecution: z.looseObject({ executionArn: arn }),
  listExecutions: z.looseObject({
    stateMachineArn: arn,
    statusFilter: z.enum(STATUSES).nullish(),
    maxResults,
    nextToken,
  }),
  getExecutionHistory: z.looseObject({
    executionArn: arn,
    maxResults,
    nextToken,
    reverseOrder: z.boolean().nullish(),
    includeExecutionData: z.boolean().nullish(),
  }),
  stopExecution: z.looseObject({ executionArn: arn, error, cause }),
  sendTaskSuccess: z.looseObject({ taskToken, output: data }),
  sendTaskFailure: z.looseObject({ taskToken, error, cause }),
  sendTaskHeartbeat: z.looseObject({ taskToken }),
};

/** Checks a request's body against what its operation takes. Throws a ValidationException as AWS words it. */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw validationError(`Value at '${issue?.path.join(".")}' failed to satisfy constraint: ${issue?.message}`);
}

/** AWS: 0 stands for the default of 100. */
export function pageSize(maxResults: number): number {
  return maxResults === 0 ? 100 : maxResults;
}
