import * as z from "zod";
import * as answers from "./answer-schemas.ts";
import { RegisteredTaskSchema } from "../define/registry.ts";
import * as requests from "./requests.ts";
import { ROUTES, type RouteName } from "./routes.ts";

/** What the document says of one operation. */
interface Description {
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** Media type of the body where it is no JSON. */
  readonly bodyType?: string;
  readonly status: number;
  /** Null where the answer has no body. */
  readonly answer: z.ZodType | null;
  /** Media type of the answer. @default application/json */
  readonly answerType?: string;
  readonly problems: readonly number[];
}

const submission = { status: 202, answer: answers.SubmissionAnswer, problems: [400, 409, 413, 415, 429] } as const;

const DESCRIPTIONS: Readonly<Record<RouteName, Description>> = {
  add: { ...submission, summary: "Run math.add", body: requests.AddBody },
  testRequestInfo: {
    ...submission,
    summary: "Run probe.request_info: its result is the request context",
    body: requests.RequestInfoBody,
  },
  chain: { ...submission, summary: "Run nodes one after the other", body: requests.ChainBody },
  group: { ...submission, summary: "Run nodes in parallel", body: requests.GroupBody },
  chord: { ...submission, summary: "Run a header in parallel, then its body", body: requests.ChordBody },
  canvas: { ...submission, summary: "Run any node", body: requests.NodeBody },
  submitTask: { ...submission, summary: "Run one task", body: requests.TaskBody },
  submitBatch: {
    ...submission,
    summary: "Run up to 10,000 independent tasks",
    body: requests.BatchBody,
    answer: answers.BatchAnswer,
  },
  runWorkflow: {
    ...submission,
    summary: "Run a named workflow on its own state machine",
    body: requests.RunBody,
    problems: [400, 404, 409, 413, 415, 429],
  },
  submitDocument: {
    ...submission,
    summary: "Process a file of up to 4 MB",
    query: requests.DocumentQuery,
    bodyType: "application/octet-stream",
  },
  createUpload: {
    ...submission,
    summary: "Get a form that uploads a file of up to 50 MB",
    body: requests.UploadBody,
    status: 201,
    answer: answers.UploadAnswer,
  },
  processUpload: {
    ...submission,
    summary: "Process a file that was uploaded",
    body: requests.EmptyBody,
    problems: [400, 404, 409, 413, 415, 429],
  },
  getResult: {
    summary: "A task's record and result; ?wait holds the answer until it has ended",
    query: requests.WaitQuery,
    status: 200,
    answer: z.union([answers.ResultAnswer, answers.GroupAnswer]),
    problems: [400, 404, 429],
  },
  listTasks: {
    summary: "Records of tasks, newest first",
    query: requests.ListQuery,
    status: 200,
    answer: answers.ListAnswer,
    problems: [400, 429],
  },
  getTask: { summary: "All of a task's data", status: 200, answer: answers.TaskAnswer, problems: [404, 429] },
  revokeTask: {
    summary: "Revoke what has not started, or stop what runs as well: a task, a group, or a whole canvas",
    body: requests.RevokeBody,
    status: 202,
    answer: answers.RevokeAnswer,
    problems: [400, 404, 415, 429],
  },
  retryTask: {
    ...submission,
    summary: "Run a failed or revoked task again, alone",
    body: requests.EmptyBody,
    problems: [400, 404, 409, 415, 429],
  },
  redriveQueue: {
    summary: "Return a queue's dead tasks to it",
    body: requests.EmptyBody,
    status: 202,
    answer: answers.RedriveAnswer,
    problems: [400, 404, 415, 429],
  },
  forgetTask: {
    summary: "Forget a task that has ended, with its payloads",
    status: 204,
    answer: null,
    problems: [404, 409, 429],
  },
  purgeQueue: {
    summary: "Revoke what waits in a queue",
    body: requests.EmptyBody,
    status: 202,
    answer: answers.PurgeAnswer,
    problems: [400, 404, 415, 429],
  },
  actOnMany: {
    summary: "Retry, revoke or forget many tasks",
    body: requests.BulkBody,
    status: 200,
    answer: answers.BulkAnswer,
    problems: [400, 409, 413, 415, 429],
  },
  listSchedules: { summary: "Schedules", status: 200, answer: answers.SchedulesAnswer, problems: [429] },
  runSchedule: {
    ...submission,
    summary: "Run what a schedule runs, at once",
    body: requests.EmptyBody,
    problems: [400, 404, 409, 415, 429],
  },
  pauseSchedule: {
    summary: "Pause a schedule",
    body: requests.EmptyBody,
    status: 200,
    answer: answers.ScheduleAnswer,
    problems: [400, 404, 415, 429],
  },
  resumeSchedule: {
    summary: "Resume a schedule",
    body: requests.EmptyBody,
    status: 200,
    answer: answers.ScheduleAnswer,
    problems: [400, 404, 415, 429],
  },
  getRegistry: {
    summary: "Every task",
    status: 200,
    answer: z.strictObject({ tasks: z.array(RegisteredTaskSchema) }),
    problems: [429],
  },
  listQueues: {
    summary: "How many messages each queue holds",
    status: 200,
    answer: answers.QueuesAnswer,
    problems: [429],
  },
  searchTasks: {
    summary: "Records of tasks that have some words in their id, name, arguments or error, newest first",
    query: requests.SearchQuery,
    status: 200,
    answer: answers.SearchAnswer,
    problems: [400, 429],
  },
  getLive: {
    summary: "What has changed since the last look: new tasks, states, queues",
    query: requests.LiveQuery,
    status: 200,
    answer: answers.LiveAnswer,
    problems: [400, 429],
  },
  listCanvases: {
    summary: "Runs of canvases, newest first",
    query: requests.RunsQuery,
    status: 200,
    answer: answers.RunsAnswer,
    problems: [400, 429],
  },
  resumeCanvas: {
    summary: "Run what of a canvas failed and what follows; what succeeded keeps its result",
    body: requests.EmptyBody,
    status: 202,
    answer: answers.ResumeAnswer,
    problems: [400, 404, 409, 415, 429],
  },
  getNode: {
    summary: "What was submitted, as a node to submit again",
    status: 200,
    answer: answers.NodeAnswer,
    problems: [404, 409, 429],
  },
  getCanvas: {
    summary: "The submission that a task or group belongs to, as a graph",
    status: 200,
    answer: answers.GraphAnswer,
    problems: [404, 429],
  },
  listMembers: {
    summary: "Members of a group, a page at a time",
    query: requests.MembersQuery,
    status: 200,
    answer: answers.MembersAnswer,
    problems: [400, 404, 429],
  },
  listWorkflows: { summary: "The named workflows", status: 200, answer: answers.WorkflowsAnswer, problems: [429] },
  getInsights: {
    summary: "What became of each task in the last hours, and what to do about its size",
    query: requests.InsightsQuery,
    status: 200,
    answer: answers.InsightsAnswer,
    problems: [400, 429],
  },
  getHistory: {
    summary: "What became of tasks by the minute, and how full the queues were",
    query: requests.HistoryQuery,
    status: 200,
    answer: answers.HistoryAnswer,
    problems: [400, 429],
  },
  getMetrics: {
    summary: "Queues, and tasks since midnight UTC, as OpenMetrics text",
    status: 200,
    answer: z.string(),
    answerType: "application/openmetrics-text",
    problems: [429],
  },
  getOutput: {
    summary: "The text that was taken out of a document",
    status: 302,
    answer: answers.OutputAnswer,
    problems: [404, 429],
  },
  getHealth: { summary: "Liveness", status: 200, answer: answers.HealthAnswer, problems: [] },
  getOpenApi: { summary: "This document", status: 200, answer: z.record(z.string(), z.unknown()), problems: [] },
};

/** The API as an OpenAPI 3.1 document, made from the schemas that requests are checked by. */
export function createOpenApi(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  const schemas: Record<string, unknown> = { Problem: schemaOf(answers.ProblemAnswer, "output") };
  for (const { name, method, path, function: right } of ROUTES) {
    const description = DESCRIPTIONS[name];
    const bodyName = `${name}Body`;
    const answerName = `${name}Answer`;
    if (description.body !== undefined) schemas[bodyName] = componentOf(bodyName, description.body, "input");
    if (description.answer !== null) schemas[answerName] = componentOf(answerName, description.answer, "output");
    const operations = (paths[path] ??= {});
    operations[method.toLowerCase()] = {
      operationId: name,
      tags: [right],
      ...operationOf(path, method, description, { bodyName, answerName }),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Celeriac",
      version: "1.0.0",
      description: "Tasks, canvas and monitoring as a Celery user knows them, without servers.",
    },
    paths,
    components: { schemas },
  };
}

function operationOf(
  path: string,
  method: string,
  description: Description,
  { bodyName, answerName }: { readonly bodyName: string; readonly answerName: string },
): Record<string, unknown> {
  const { summary, body, bodyType, status, answer, answerType = "application/json", problems } = description;
  const content =
    bodyType === undefined
      ? body && { "application/json": { schema: { $ref: `#/components/schemas/${bodyName}` } } }
      : { [bodyType]: { schema: {} } };
  const refusals = problems.map((code) => [
    code,
    {
      description: "Refused",
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  ]);
  return {
    summary,
    parameters: [...pathParameters(path), ...queryParameters(description.query), ...headerParameters(method)],
    ...(content === undefined ? {} : { requestBody: { required: true, content } }),
    responses: {
      [status]: {
        description: "Done",
        ...(answer !== null && {
          content: { [answerType]: { schema: { $ref: `#/components/schemas/${answerName}` } } },
        }),
      },
      ...Object.fromEntries(refusals),
    },
  };
}

/**
 * A schema as a component: a recursive one refers to itself, and its references must say where it lies in the document.
 */
function componentOf(name: string, schema: z.ZodType, io: "input" | "output"): unknown {
  const text = JSON.stringify(schemaOf(schema, io));
  return JSON.parse(
    text.replaceAll(
      /"\$ref":"#(\/[^"]*)?"/g,
      (_, inside: string | undefined) => `"$ref":"#/components/schemas/${name}${inside ?? ""}"`,
    ),
  );
}

function pathParameters(path: string): Record<string, unknown>[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: name === "name" ? { type: "string" } : { type: "string", format: "uuid" },
  }));
}

function queryParameters(query: z.ZodObject | undefined): Record<string, unknown>[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => {
    const ZodSchema = z.custom<z.ZodType>().parse(schema);
    return {
      name,
      in: "query",
      required: !ZodSchema.safeParse(undefined).success,
      schema: schemaOf(ZodSchema, "input"),
    };
  });
}

function headerParameters(method: string): Record<string, unknown>[] {
  const correlation = {
    name: "x-correlation-id",
    in: "header",
    required: false,
    schema: { type: "string", maxLength: 128 },
  };
  const idempotency = {
    name: "idempotency-key",
    in: "header",
    required: false,
    schema: { type: "string", maxLength: 255 },
  };
  return method === "POST" ? [correlation, idempotency] : [correlation];
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return z.record(z.string(), z.unknown()).parse(rest);
}
