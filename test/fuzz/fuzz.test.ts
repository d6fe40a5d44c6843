import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { createOpenApi } from "../../src/core/http/openapi.ts";
import { ROUTES } from "../../src/core/http/routes.ts";
import type { AwsRequest } from "embedded-aws";
import { type OwnStage, startStage } from "../scenarios/support/stage.ts";
import { valuesOf } from "./from-schema.ts";
import { GARBAGE, HEADERS, HOSTILE, PARAMETERS, mutated } from "./hostile.ts";

/** Requests of each route. `CELERIAC_FUZZ=1000` tries for longer; `CELERIAC_SEED` repeats a run. */
const RUNS = Number(process.env["CELERIAC_FUZZ"] ?? 60);
const SEED = Number(process.env["CELERIAC_SEED"] ?? Date.now() % 2 ** 31);

const document = createOpenApi();
const Operation = z.looseObject({
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string(), schema: z.unknown() })).default([]),
  requestBody: z.looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })) }).optional(),
});
const Paths = z.record(z.string(), z.record(z.string(), Operation));
const paths = Paths.parse(document["paths"]);

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
}

let stage: OwnStage;
/** What the API's functions have written since it was emptied. */
let written: string[] = [];
const counts = new Map<number, number>();

beforeAll(async () => {
  stage = await startStage({ auth: "none", gatewayLogRole: false }, { guard: noteWrite });
});
afterAll(async () => {
  console.log(
    `fuzz: seed ${SEED}, answers ${JSON.stringify(Object.fromEntries([...counts].toSorted(([a], [b]) => a - b)))}`,
  );
  await stage.stop();
});

const WRITES =
  /^(PutItem|UpdateItem|DeleteItem|BatchWriteItem|SendMessage|SendMessageBatch|StartExecution|PutObject|CreateSchedule)$/;

function noteWrite({ caller, operation, service, method, body }: AwsRequest): null {
  const writes = service === "s3" ? method === "PUT" : WRITES.test(operation?.split(".").at(-1) ?? "");
  // The one item that a refused request may leave is that of its own idempotency key.
  if (writes && caller?.includes("-api-") === true && !body.includes("idempotency#"))
    written.push(`${service} ${operation}`);
  return null;
}

/** Requests to one route, from right to absurd. */
function requestsTo(method: string, path: string): Arbitrary<Sent> {
  const operation = paths[path]?.[method.toLowerCase()] ?? Operation.parse({});
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const fitting = schema === undefined ? fc.constant<unknown>({}) : valuesOf(document, schema);
  const json = fc.oneof(
    { weight: 3, arbitrary: fitting },
    { weight: 5, arbitrary: fitting.chain(mutated) },
    { weight: 1, arbitrary: HOSTILE },
  );
  const body = fc.oneof(
    { weight: 8, arbitrary: json.map((value) => new TextEncoder().encode(JSON.stringify(value) ?? "")) },
    { weight: 2, arbitrary: GARBAGE },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  const queries = operation.parameters.filter((parameter) => parameter.in === "query");
  const query = fc.record(
    Object.fromEntries(
      [
        ...queries.map(({ name, schema: values }) => [name, valuesOf(document, values)] as const),
        ["other", HOSTILE] as const,
      ].map(([name, values]) => [
        name,
        fc
          .oneof(values, HOSTILE)
          .map((value) => (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 2_000)),
      ]),
    ),
    { requiredKeys: [] },
  );
  const segments = fc.tuple(...path.split("/").map((part) => (part.startsWith("{") ? PARAMETERS : fc.constant(part))));
  const type = fc.oneof(
    { weight: 6, arbitrary: fc.constant({ "content-type": "application/json" }) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  return fc.tuple(segments, query, body, HEADERS, type).map(([parts, search, bytes, headers, contentType]) => ({
    method,
    path: `${parts.join("/")}${queryOf(search)}`,
    headers: { ...contentType, ...headers },
    body: method === "GET" ? null : bytes,
  }));
}

function queryOf(search: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(search).map(([name, value = ""]) => `${encodeURIComponent(name)}=${encoded(value)}`);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** Half of a surrogate pair has no encoding. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** By `node:http`, which sends what `fetch` would mend: paths with dots, bodies with any header. */
async function send({ method, path, headers, body }: Sent): Promise<{ status: number; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    const url = new URL(stage.embedded.apiUrl);
    // Node leaves the length of a DELETE's body out, which no server could read.
    const framed = body === null ? headers : { ...headers, "content-length": String(body.length) };
    const sent = request(
      { host: url.hostname, port: url.port, method, path, headers: framed, timeout: 40_000 },
      (answer) => {
        buffer(answer).then(
          (bytes) =>
            resolve({
              status: answer.statusCode ?? 0,
              type: answer.headers["content-type"] ?? "",
              text: bytes.toString(),
            }),
          reject,
        );
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("The request was not answered within 40 s.")));
    sent.on("error", reject);
    sent.end(body ?? undefined);
  });
}

/** What no answer may tell: ARNs, accounts, queue URLs, paths of files, stack traces. */
const INSIDE =
  /arn:aws|000000000000|\bat [\w.<>]+ \(|node_modules|\.mjs|\.ts:\d|\/lambda\/|CELERIAC_|127\.0\.0\.1:\d+\/0/;

async function expectSound(sent: Sent): Promise<void> {
  written = [];
  const { status, type, text } = await send(sent);
  counts.set(status, (counts.get(status) ?? 0) + 1);
  expect(status, text.slice(0, 300)).toBeLessThan(500);
  if (status < 400) return;
  expect(type).toContain("application/problem+json");
  expect(text).not.toMatch(INSIDE);
  expect(
    z
      .looseObject({ type: z.string(), title: z.string(), status: z.literal(status), detail: z.string() })
      .safeParse(JSON.parse(text)).success,
  ).toBe(true);
  expect(written, `a request that was refused with ${status} has written`).toEqual([]);
}

describe("whatever a client sends", () => {
  test.each(ROUTES.map(({ method, path }) => [method, path] as const))(
    "%s %s refuses it or takes it whole",
    async (method, path) => {
      await fc.assert(fc.asyncProperty(requestsTo(method, path), expectSound), {
        numRuns: RUNS,
        seed: SEED,
        endOnFailure: true,
      });
    },
  );

  test("another path or method is refused", async () => {
    const anywhere = fc.tuple(
      fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE"),
      fc.array(PARAMETERS, { maxLength: 4 }),
      HEADERS,
    );
    await fc.assert(
      fc.asyncProperty(anywhere, ([method, parts, headers]) =>
        expectSound({ method, path: `/${parts.join("/")}`, headers, body: null }),
      ),
      { numRuns: RUNS * 3, seed: SEED, endOnFailure: true },
    );
  });
});
