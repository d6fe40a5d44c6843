import { inject } from "vitest";
import * as z from "zod";
import {
  GroupAnswer,
  ProblemAnswer,
  ResultAnswer,
  SubmissionAnswer,
  TaskAnswer,
} from "../../../src/core/http/answer-schemas.ts";
import type { Node } from "../../../src/core/canvas/node.ts";
import { apiUrl } from "./served.ts";

/** An answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** Where the API is that a test file started for itself; without one it is everybody's. */
let ownUrl: string | null = null;

/** Has this file's calls go to an API of its own. */
export function useApi(url: string): void {
  ownUrl = url;
}

/** What the paths of the API under test begin with: nothing, or the stage. */
function basePath(): string {
  return new URL(ownUrl ?? apiUrl).pathname.replace(/\/$/, "");
}

/** Calls the API under test. A body that is no string or bytes goes as JSON. */
export async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const raw = typeof body === "string" || body instanceof Uint8Array;
  const response = await fetch((ownUrl ?? apiUrl) + path, {
    method,
    redirect: "manual",
    headers: { ...(body === undefined || raw ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: raw ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Submits, and expects 202. */
export async function submit(
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<z.infer<typeof SubmissionAnswer>> {
  const answer = await call("POST", path, body, headers);
  if (answer.status !== 202)
    throw new Error(`POST ${path} was answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  const submitted = SubmissionAnswer.parse(answer.json);
  const location = answer.headers.get("location") ?? "";
  const expected = `${basePath()}/result/${submitted.task_id}`;
  // Emulators serve an API under a path that they do not tell its functions.
  const isRight = inject("assembly") === "" ? location.endsWith(`/result/${submitted.task_id}`) : location === expected;
  if (!isRight) throw new Error(`wrong location: ${location}, expected ${expected}`);
  return submitted;
}

/** The time that something may take: for `vi.waitFor`, `expect.poll` and a test. @param seconds on the embedded AWS. */
export function within(seconds: number): { readonly timeout: number } {
  return { timeout: seconds * 1_000 * inject("patience") };
}

const ENDED = new Set(["SUCCESS", "FAILURE", "REVOKED"]);

/** The record of a task once it has ended, held against the contract's keys. */
export async function ended(id: string, seconds = 40): Promise<z.infer<typeof ResultAnswer>> {
  const deadline = Date.now() + within(seconds).timeout;
  for (;;) {
    const record = ResultAnswer.parse((await call("GET", `/result/${id}?wait=${inject("wait")}`)).json);
    if (ENDED.has(record.status)) return record;
    if (Date.now() > deadline) throw new Error(`${id} is still ${record.status} after ${seconds} s`);
  }
}

const Settled = z.discriminatedUnion("kind", [ResultAnswer, GroupAnswer]);

/** The record of a task or a group. */
export type Settled = z.infer<typeof Settled>;

/** The record of a task or a group once it has ended, with its result even where that is only to be had by its URL. */
export async function settled(id: string, seconds = 50): Promise<Settled> {
  const deadline = Date.now() + within(seconds).timeout;
  for (;;) {
    const record = Settled.parse((await call("GET", `/result/${id}?wait=${inject("wait")}`)).json);
    if (ENDED.has(record.status)) return withResult(record);
    if (Date.now() > deadline) throw new Error(`${id} is still ${record.status} after ${seconds} s`);
  }
}

async function withResult(record: Settled): Promise<Settled> {
  return record.result_url === undefined
    ? record
    : { ...record, result: await (await fetch(record.result_url)).json() };
}

/** Runs a canvas to the end of what it is asked for by. */
export async function runCanvas(node: Node | Readonly<Record<string, unknown>>, seconds?: number): Promise<Settled> {
  const { task_id: id } = await submit("/canvas", node);
  return settled(id, seconds);
}

/** A group's record once it has ended. */
export async function endedGroup(id: string): Promise<z.infer<typeof GroupAnswer>> {
  return GroupAnswer.parse(await settled(id));
}

/** All of a task's data, as it is now. */
export async function taskOf(id: string): Promise<z.infer<typeof TaskAnswer>> {
  return TaskAnswer.parse((await call("GET", `/tasks/${id}`)).json);
}

/** Runs one task to its end. */
export async function run(
  task: string,
  args: unknown[] = [],
  more: Record<string, unknown> = {},
): Promise<z.infer<typeof ResultAnswer>> {
  const { task_id: id } = await submit("/tasks", { task, args, ...more });
  return ended(id);
}

/** Calls, and expects a refusal as problem+json with this status. @returns the problem. */
export async function refused(
  status: number,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<z.infer<typeof ProblemAnswer>> {
  const answer = await call(method, path, body, headers);
  if (answer.status !== status)
    throw new Error(
      `${method} ${path} was answered ${answer.status} instead of ${status}: ${answer.text.slice(0, 300)}`,
    );
  if (!answer.headers.get("content-type")?.startsWith("application/problem+json")) {
    throw new Error(
      `${method} ${path} was refused as ${answer.headers.get("content-type")}: ${answer.text.slice(0, 300)}`,
    );
  }
  return ProblemAnswer.parse(answer.json);
}
