import { ArgumentsSchema } from "../core/record/message.ts";
import type { Services } from "../aws/services.ts";
import { nodeFaults } from "../core/define/check.ts";
import { Problem, invalidInput } from "../core/http/problem.ts";
import type { TaskRecord } from "../core/record/record.ts";
import type { TaskNode } from "../core/canvas/signature.ts";
import { CodeTaskNodeSchema } from "../core/canvas/task-schema.ts";
import { resultBefore } from "./step.ts";

/**
 * Options that count from a submission, or that tie a task to the others of its canvas: a task that is run again has
 * them no more.
 */
const ONCE_ONLY = new Set(["countdown", "eta", "expires", "task_id", "link", "link_error"]);

/**
 * The node that runs an ended task again, alone, with the arguments that it had: where a result was prepended, with
 * that result.
 * @throws Problem 409 unless it has failed or was revoked, 400 where its task does not take the arguments any more.
 */
export async function nodeToRetry(services: Services, record: TaskRecord): Promise<TaskNode> {
  if (record.status !== "FAILURE" && record.status !== "REVOKED") {
    throw new Problem(
      409,
      "not_failed",
      `The task is ${record.status}; only one that has failed or was revoked is run again.`,
    );
  }
  const [args, kwargs] = ArgumentsSchema.parse(JSON.parse(await services.payloads.load(record.call.payload)));
  const before = await prepended(services, record);
  const options = Object.fromEntries(Object.entries(record.call.options).filter(([name]) => !ONCE_ONLY.has(name)));
  const { task, each } = record.call;
  const node = CodeTaskNodeSchema.parse({ task, args: [...before, ...args], kwargs, options, each: each ?? undefined });
  const faults = nodeFaults(node, services.registry, false, []);
  if (faults.length > 0) throw invalidInput(faults);
  return node;
}

/**
 * The result that was put before its arguments, if one was.
 * @throws Problem 409 where what came before never had one.
 */
async function prepended(services: Services, { call }: TaskRecord): Promise<unknown[]> {
  if (call.input === null || call.immutable) return [];
  const before = await resultBefore(services, call.input);
  if (before === null || before.error !== null) {
    throw new Problem(
      409,
      "no_input",
      "The task never had its arguments: what comes before it in its canvas has no result. Run that again.",
    );
  }
  const value: unknown = before.result === null ? null : JSON.parse(await services.payloads.load(before.result));
  return [value];
}
