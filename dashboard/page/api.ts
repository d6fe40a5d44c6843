export type {
  BulkAnswer as BulkResult,
  GraphAnswer as Graph,
  GroupAnswer as GroupData,
  HistoryAnswer as History,
  LiveAnswer as Look,
  MembersAnswer as Members,
  NodeAnswer as NodeData,
  PurgeAnswer,
  QueueCounts as Queue,
  RedriveAnswer,
  ResumeAnswer as Resumed,
  RunAnswer as Run,
  RunsAnswer as RunsPage,
  ScheduleAnswer as ScheduleData,
  SearchAnswer as SearchPage,
  StateAnswer as State,
  SubmissionAnswer as Submission,
  TaskAnswer as TaskData,
  TaskRow,
} from "../../src/core/http/answer-schemas.ts";
import type { WorkflowsAnswer } from "../../src/core/http/answer-schemas.ts";

export type Workflow = WorkflowsAnswer["workflows"][number];
export type { RegisteredTask } from "../../src/core/define/registry.ts";

/** A line of a task's log, as the server beside the page tells it. */
export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Where the data come from, and what else than the API can tell. */
export interface SourceInfo {
  readonly stage: string;
  readonly logs: boolean;
  readonly ages: boolean;
}

/** A request that was refused, as problem+json says why. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly status: number;
  readonly errors: readonly { readonly path: string; readonly message: string }[];

  constructor(status: number, detail: string, errors: Refused["errors"] = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

/** Asks the API. @param path without the version. @throws Refused */
export function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return request<Answer>(`/v1${path}`, signal === undefined ? {} : { signal });
}

/** Tells the API to do something. @throws Refused */
export function post<Answer>(path: string, body: unknown = {}): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return request<Answer>(`/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

/** Has the API delete something. @throws Refused */
export function remove(path: string): Promise<unknown> {
  return request<unknown>(`/v1${path}`, { method: "DELETE" });
}

/** Asks the server beside the page what the API cannot tell. @throws Refused */
export function getLocal<Answer>(path: string): Promise<Answer> {
  return request<Answer>(path, {});
}

/** There was no answer, or none of the API's: whoever looks has to do something about it. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

async function request<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(path, { ...init, credentials: "omit" }).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error;
    throw new Unreachable(String(error));
  });
  if (response.status === 502 || response.status === 504) throw new Unreachable(`HTTP ${response.status}`);
  // The answers are those of the contract, which the tests of the API hold to their schemas.
  const value = await response.json().catch(() => ({}));
  if (response.ok) return value;
  const detail = typeof value.detail === "string" ? value.detail : `HTTP ${response.status}`;
  throw new Refused(response.status, detail, Array.isArray(value.errors) ? value.errors : []);
}

/** A query of what is given: `?a=1&b=2`, or nothing. */
export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}
