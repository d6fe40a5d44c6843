import type { BatchAnswer, SubmissionAnswer } from "../core/http/answer-schemas.ts";
import { UnexpectedAnswer, Unreachable } from "./errors.ts";
import type { Fetch } from "./call.ts";
import type { Http } from "./http.ts";
import { isObject, refusalOf } from "./problem.ts";
import type { AnyRecord, Submitting, Transport } from "./transport.ts";

/** A stage over its HTTP API. @param send fetches results that are only to be had by their URLs */
export function createHttpTransport(http: Http, send: Fetch | undefined): Transport {
  const post = (path: string, body: unknown, how: Submitting): Promise<unknown> =>
    http.request("POST", path, { body, headers: headersOf(how), signal: how.signal });
  const submitted = async (path: string, body: unknown, how: Submitting): Promise<SubmissionAnswer> => {
    const answer = await post(path, body, how);
    if (isSubmission(answer)) return answer;
    throw new UnexpectedAnswer(`The answer to POST ${path}`);
  };
  const read = createRecordReader(send);
  return {
    submit: (node, how) => submitted("task" in node ? "/tasks" : "/canvas", node, how),
    batch: async (tasks, how) => {
      const answer = await post("/tasks/batch", { tasks }, how);
      if (isBatch(answer)) return answer;
      throw new UnexpectedAnswer("The answer to POST /tasks/batch");
    },
    run: (workflow, given, how) => submitted(`/workflows/${encodeURIComponent(workflow)}`, given, how),
    find: async (id, wait, signal) => {
      const path = `/result/${encodeURIComponent(id)}`;
      return read(await http.request("GET", path, { query: wait > 0 ? { wait } : {}, signal }), signal);
    },
    revoke: async (id, terminate, signal) => {
      const path = `/tasks/${encodeURIComponent(id)}/revoke`;
      await http.request("POST", path, { body: { terminate }, signal });
    },
    retry: (id, how) => submitted(`/tasks/${encodeURIComponent(id)}/retry`, {}, how),
    forget: async (id, signal) => {
      await http.request("DELETE", `/tasks/${encodeURIComponent(id)}`, { signal });
    },
  };
}

function headersOf({ idempotencyKey, correlationId }: Submitting): Record<string, string> {
  return {
    ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
    ...(correlationId !== undefined && { "x-correlation-id": correlationId }),
  };
}

/** Reads the record of a task or a group, with a result that only its URL gives. */
export function createRecordReader(send?: Fetch): (record: unknown, signal?: AbortSignal) => Promise<AnyRecord> {
  return async (record, signal) => {
    if (!isRecord(record)) throw new UnexpectedAnswer("The record of a task");
    return withResult(record, send, signal);
  };
}

/** A result above 1 MB lies in S3, at a URL that says itself who may read it. */
async function withResult(
  record: AnyRecord & { readonly result_url?: string },
  send: Fetch = fetch,
  signal?: AbortSignal,
): Promise<AnyRecord> {
  const { result_url: url, ...rest } = record;
  if (url === undefined) return record;
  const response = await send(url, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new Unreachable(new URL(url).origin, error);
  });
  if (!response.ok) throw refusalOf(response.status, { detail: "S3 does not give the result." }, null);
  const result: unknown = await response.json();
  return { ...rest, result };
}

// Only what the client itself reads is looked at: a stage may be of a later version, and zod would be most of a page.

function isSubmission(value: unknown): value is SubmissionAnswer {
  return isObject(value) && typeof value["task_id"] === "string" && Array.isArray(value["tasks"]);
}

function isBatch(value: unknown): value is BatchAnswer {
  return isObject(value) && Array.isArray(value["tasks"]);
}

function isRecord(value: unknown): value is AnyRecord & { readonly result_url?: string } {
  return (
    isObject(value) && typeof value["status"] === "string" && (value["kind"] === "task" || value["kind"] === "group")
  );
}
