import type { z } from "zod";
import { type Services } from "../../../src/aws/services.ts";
import type { Caller } from "../../../src/core/record/caller.ts";
import { faultsOf } from "../../../src/core/faults.ts";
import { numberFaults } from "../../../src/core/json-numbers.ts";
import { isWithinDepth } from "../../../src/core/json.ts";
import { MAX_JSON_DEPTH } from "../../../src/core/limits.ts";
import { Problem, invalidInput } from "../../../src/core/http/problem.ts";

/** A request as an operation sees it. */
export interface ApiRequest {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly correlationId: string;
  /** Who asks. */
  readonly caller: Caller;
  readonly idempotencyKey: string | null;
}

/** What an operation answers. */
export interface ApiAnswer {
  readonly status: number;
  /** JSON text, written by the operation: large results are passed on without being parsed. */
  readonly json: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of the HTTP contract. */
export type Operation = (request: ApiRequest, services: Services) => Promise<ApiAnswer>;

/** An answer with `value` as its body. */
export function answer(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): ApiAnswer {
  return { status, json: JSON.stringify(value), headers };
}

/** A path parameter. The gateway only routes paths that have it. */
export function param(request: ApiRequest, name: string): string {
  return request.params[name] ?? "";
}

/** The queue that the path names. @throws Problem 404 where no module has one of this name. */
export function queueParam(request: ApiRequest, services: Services): string {
  const name = param(request, "name");
  if (services.registry.modules().includes(name)) return name;
  throw new Problem(404, "unknown_queue", "There is no queue of this name. GET /queues lists them.");
}

/** The query by its schema. @throws Problem 400 naming every fault. */
export function parseQuery<Schema extends z.ZodType>(request: ApiRequest, schema: Schema): z.output<Schema> {
  return parsed(schema, request.query);
}

/**
 * The JSON body by its schema; no body at all is `{}`.
 * @throws Problem 400 naming every fault, 415 where it is not declared JSON.
 */
export function parseBody<Schema extends z.ZodType>(request: ApiRequest, schema: Schema): z.output<Schema> {
  if (request.body.length === 0) return parsed(schema, {});
  refuseOtherMediaTypes(request.headers["content-type"]);
  const value = parseJson(request.body);
  if (!isWithinDepth(value, MAX_JSON_DEPTH)) {
    throw invalidInput([{ path: "", message: `is nested more than ${MAX_JSON_DEPTH} levels deep` }]);
  }
  return parsed(schema, value);
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw invalidInput(faultsOf(result.error));
  return result.data;
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

function refuseOtherMediaTypes(contentType: string | undefined): void {
  if (contentType !== undefined && JSON_TYPE.test(contentType)) return;
  throw new Problem(
    415,
    "unsupported_media_type",
    "The body must be JSON: send it with content-type: application/json.",
  );
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** @throws Problem 400 for what is no JSON, and for numbers that would not be what they say. */
function parseJson(body: Buffer): unknown {
  const { text, value } = readJson(body);
  const faults = numberFaults(text);
  if (faults.length > 0) throw invalidInput(faults);
  return value;
}

function readJson(body: Buffer): { text: string; value: unknown } {
  try {
    const text = UTF8.decode(body);
    return { text, value: JSON.parse(text) };
  } catch (error) {
    const why = error instanceof SyntaxError ? "is not valid JSON" : "is not valid UTF-8";
    throw invalidInput([{ path: "", message: why }]);
  }
}
