import { describe, describeTask, find } from "../../src/client/ask.ts";
import { rfc3339 } from "../../src/core/answer.ts";
import * as z from "zod";
import { type Operation, param } from "./http.ts";

const Arguments = z.tuple([z.array(z.unknown()), z.record(z.string(), z.unknown())]);

/** `GET /tasks/{task_id}`: all of a task's data. */
export const getTask: Operation = async (request, runtime) => {
  const found = await find(runtime, param(request, "task_id"), request.caller);
  if (found.kind === "group") return { status: 200, json: await describe(runtime, found) };
  const { record } = found;
  const [args, kwargs] = Arguments.parse(JSON.parse(await runtime.payloads.load(record.call.payload)));
  const submitted = { status: "PENDING", at: record.call.created, attempt: 0 };
  const events = [submitted, ...record.events].map(({ status, at, attempt }) => ({ status, at: rfc3339(at), attempt }));
  return {
    status: 200,
    json: await describeTask(runtime, record, { args, kwargs, options: record.call.options, events }),
  };
};
