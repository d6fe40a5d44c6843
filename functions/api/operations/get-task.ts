import { ArgumentsSchema } from "../../../src/core/record/message.ts";
import { describe, describeTask, find } from "../../../src/ask/ask.ts";
import type { Services } from "../../../src/aws/services.ts";
import type { TaskAnswer } from "../../../src/core/http/answer-schemas.ts";
import { rfc3339 } from "../../../src/core/http/answer.ts";
import { MAX_INLINE_ARGUMENTS } from "../../../src/core/limits.ts";
import type { TaskRecord } from "../../../src/core/record/record.ts";
import { type Operation, param } from "../http/request.ts";

/** `GET /tasks/{task_id}`: all of a task's data. */
export const getTask: Operation = async (request, services) => {
  const found = await find(services, param(request, "task_id"), request.caller);
  if (found.kind === "group") return { status: 200, json: await describe(services, found) };
  const { record } = found;
  const submitted = { status: "PENDING", at: record.call.created, attempt: 0 };
  const events = [submitted, ...record.events].map(({ status, at, attempt }) => ({ status, at: rfc3339(at), attempt }));
  const extra = { ...(await argumentsOf(services, record)), options: record.call.options, events };
  return { status: 200, json: await describeTask(services, record, extra) };
};

/** What a task was called with, or the URL of it where an answer cannot carry it. */
async function argumentsOf(
  { payloads }: Services,
  { call, result }: TaskRecord,
): Promise<Pick<TaskAnswer, "args" | "kwargs" | "args_url">> {
  const { payload } = call;
  const beside = result === null ? 0 : payloads.inlineBytes(result);
  if ("key" in payload && payload.bytes + beside > MAX_INLINE_ARGUMENTS)
    return { args: null, kwargs: null, args_url: await payloads.urlOf(payload.key) };
  const [args, kwargs] = ArgumentsSchema.parse(JSON.parse(await payloads.load(payload)));
  return { args, kwargs };
}
