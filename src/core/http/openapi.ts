import * as z from "zod";
import * as answers from "./answer-schemas.ts";
import type { Auth } from "./auth.ts";
import { exampleOf } from "./openapi-example.ts";
import { DESCRIPTIONS, type Description } from "./openapi-operations.ts";
import { CORRELATION_ID, IDEMPOTENCY_KEY } from "./requests.ts";
import { ROUTES } from "./routes.ts";

/**
 * The API as an OpenAPI 3.1 document, made from the schemas that requests are checked by.
 * @param auth how the stage knows who calls
 */
export function createOpenApi(auth: Pick<Auth, "kind"> = { kind: "none" }): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  const schemas: Record<string, unknown> = { Problem: schemaOf(answers.ProblemAnswer, "output") };
  const security = SECURITY[auth.kind];
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
      ...operationOf(path, method, description, { bodyName, answerName, asksWho: security !== null }),
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Celeriac",
      version: "1.0.0",
      description:
        "Tasks, canvas and monitoring as a Celery user knows them, without servers. Refusals are problem+json (RFC 9457). " +
        "A method that a path does not have is answered 405 with the header `allow`, a path that there is not 404.",
    },
    tags: TAGS,
    ...(security === null ? {} : { security: [{ [security.name]: [] }] }),
    paths,
    components: {
      schemas,
      responses: { MethodNotAllowed: refusalOf(405) },
      ...(security === null ? {} : { securitySchemes: { [security.name]: security.scheme } }),
    },
  };
}

const TAGS = [
  { name: "submit", description: "Start tasks, canvases and workflows. Needs the right to submit." },
  { name: "read", description: "Ask what is known. Needs the right to read." },
  { name: "wait", description: "Ask for one result, and wait for it. Needs the right to read." },
  { name: "operate", description: "Change what was submitted. Needs the right to operate." },
];

/** How each kind of stage asks callers who they are; null where it does not. */
const SECURITY: Readonly<Record<Auth["kind"], { readonly name: string; readonly scheme: object } | null>> = {
  none: null,
  iam: {
    name: "signature",
    scheme: {
      type: "apiKey",
      in: "header",
      name: "Authorization",
      description: "AWS Signature Version 4, service execute-api, with credentials that may call the API.",
      "x-amazon-apigateway-authtype": "awsSigv4",
    },
  },
  jwt: {
    name: "token",
    scheme: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "A token of the stage's issuer." },
  },
  apiKey: {
    name: "key",
    scheme: { type: "apiKey", in: "header", name: "x-api-key", description: "One of the stage's API keys." },
  },
};

/** Why a request is refused, by its status. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: "Something about the request is wrong; `errors` names every fault and its place.",
  401: "The request does not say who makes it.",
  403: "The caller may not do this.",
  404: "There is nothing of this id or name, its time is over, or it is not the caller's.",
  405: "The path does not have this method; the header `allow` lists those that it has.",
  409: "It cannot be done as things are; `detail` says why.",
  413: "The body has more than 4 MB.",
  415: "The body is not declared to be what the operation takes.",
  429: "Too many requests, or too long a backlog. Repeat it after `retry-after` seconds.",
};

const DONE: Readonly<Record<number, string>> = {
  200: "The answer.",
  201: "Made.",
  202: "Taken: it happens after the answer.",
  204: "Done. There is nothing to say.",
  302: "Where it is.",
};

interface Names {
  readonly bodyName: string;
  readonly answerName: string;
  /** Whether the stage asks callers who they are. */
  readonly asksWho: boolean;
}

function operationOf(
  path: string,
  method: string,
  operation: Description,
  { bodyName, answerName, asksWho }: Names,
): Record<string, unknown> {
  const { summary, description, status, answer, answerType = "application/json", problems } = operation;
  const content = bodyOf(operation, bodyName);
  // A correlation id that is none is refused wherever it comes.
  const refusals = [...new Set([400, ...(asksWho ? [401, 403] : []), ...problems])].toSorted((a, b) => a - b);
  const said = answer === null ? {} : { content: { [answerType]: answerOf(answer, answerName, answerType) } };
  return {
    summary,
    description,
    parameters: [...pathParameters(path), ...queryParameters(operation.query), ...headerParameters(method)],
    ...(content === null ? {} : { requestBody: { required: needsBody(operation), content } }),
    responses: {
      [status]: { description: DONE[status] ?? "Done.", headers: answerHeaders(status), ...said },
      ...Object.fromEntries(refusals.map((code) => [code, refusalOf(code)])),
    },
  };
}

/** Whether an empty body, which the API reads as an empty object, is refused. */
function needsBody({ body, bodyType }: Description): boolean {
  return bodyType !== undefined || body?.safeParse({}).success === false;
}

function bodyOf({ body, bodyType, example }: Description, name: string): Record<string, unknown> | null {
  if (bodyType !== undefined) return { [bodyType]: { schema: {}, example: "The text of a document." } };
  if (body === undefined) return null;
  return { "application/json": { schema: { $ref: `#/components/schemas/${name}` }, example } };
}

function answerOf(answer: z.ZodType, name: string, type: string): Record<string, unknown> {
  const example = type === "application/json" ? exampleOf(schemaOf(answer, "output")) : "# EOF";
  return { schema: { $ref: `#/components/schemas/${name}` }, example };
}

function refusalOf(status: number): Record<string, unknown> {
  return {
    description: REFUSALS[status] ?? "Refused.",
    headers: answerHeaders(status),
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem" },
        example: {
          type: "urn:celeriac:problem:refused",
          title: "Refused",
          status,
          detail: REFUSALS[status] ?? "Refused.",
        },
      },
    },
  };
}

const CORRELATION = {
  description: "The id under which the logs have the request, and every task that it starts.",
  schema: { type: "string", maxLength: 128 },
  example: "order-4711",
};

/** The headers of an answer that say something besides its body. */
function answerHeaders(status: number): Record<string, unknown> {
  const retry = { description: "Seconds to wait.", schema: { type: "string" }, example: "1" };
  const allow = { description: "The methods of the path.", schema: { type: "string" }, example: "GET, POST" };
  const location = { description: "Where to go on.", schema: { type: "string" }, example: "/result/6f0c3c1e" };
  return {
    "x-correlation-id": CORRELATION,
    ...((status === 202 || status === 302) && { location }),
    ...((status === 429 || status === 409) && { "retry-after": retry }),
    ...(status === 405 && { allow }),
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

/** What the parameters of paths and queries mean, by their names. */
const PARAMETERS: Readonly<Record<string, readonly [string, unknown?]>> = {
  task_id: ["The id of a task, or of a group."],
  id: ["The id that the upload was given."],
  name: ["The name of a queue, a workflow or a schedule, as its list has it.", "math"],
  filename: ["The name of the file; its ending says what it is.", "report.txt"],
  wait: ["Seconds to hold the answer for, 0 to 20.", 5],
  status: ["Only those in this state: one of Celery's, or a task's own, in capitals.", "FAILURE"],
  task: ["Only those of this task.", "math.add"],
  queue: ["Only those of this queue.", "math"],
  root_id: ["Only those of this submission."],
  since: ["Only what was created since then, RFC 3339."],
  until: ["Only what was created until then, RFC 3339."],
  limit: ["How many at the most.", 20],
  offset: ["How many to leave out.", 0],
  cursor: ["Where the page before has ended, as its `cursor` said."],
  text: ["Words that it must have.", "order"],
  ids: [
    "Up to 100 ids, with commas between, whose states are told.",
    "6f0c3c1e-2b1d-4c7a-9e7b-0d8a3f1c2b4d,0b54a1f6-93c7-4b2e-8f0d-5a6e7c8d9f01",
  ],
  queues: ["Whether the numbers of the queues are told.", "true"],
  hours: ["Hours to look back, 1 to 168.", 24],
  minutes: ["Minutes to look back, 5 to 1440.", 60],
};

function parameterOf(name: string, place: "path" | "query", required: boolean, schema: Record<string, unknown>) {
  const [description = "", example] = PARAMETERS[name] ?? [];
  // A cursor that nobody gave is refused, so there is none to show.
  const shown = example ?? (name === "cursor" ? undefined : exampleOf(schema));
  return { name, in: place, required, description, schema, ...(shown === undefined ? {} : { example: shown }) };
}

function pathParameters(path: string): Record<string, unknown>[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) =>
    parameterOf(
      name,
      "path",
      true,
      name === "name" ? { type: "string", minLength: 1 } : { type: "string", format: "uuid" },
    ),
  );
}

function queryParameters(query: z.ZodObject | undefined): Record<string, unknown>[] {
  return Object.entries(query?.shape ?? {}).map(([name, given]) => {
    const ZodSchema = z.custom<z.ZodType>().parse(given);
    const schema = schemaOf(ZodSchema, "input");
    return parameterOf(name, "query", !ZodSchema.safeParse(undefined).success, schema);
  });
}

function headerParameters(method: string): Record<string, unknown>[] {
  const correlation = {
    name: "x-correlation-id",
    in: "header",
    required: false,
    description: "An id of your own for all that comes of the request; without it one is made.",
    schema: { type: "string", pattern: CORRELATION_ID.source, maxLength: 128 },
    example: "order-4711",
  };
  const idempotency = {
    name: "idempotency-key",
    in: "header",
    required: false,
    description:
      "Makes a repeat within 24 h give the first answer. The same key with another body is refused with 409.",
    schema: { type: "string", pattern: IDEMPOTENCY_KEY.source, minLength: 1, maxLength: 255 },
    example: "order-4711-payment",
  };
  return method === "POST" ? [correlation, idempotency] : [correlation];
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return z.record(z.string(), z.unknown()).parse(rest);
}
