import type { Node } from "../core/canvas/node.ts";
import type { TaskNode } from "../core/canvas/signature.ts";
import type { BatchAnswer, GroupAnswer, ResultAnswer, SubmissionAnswer } from "../core/http/answer-schemas.ts";

/** A task's or a group's record, as `GET /result/{task_id}` has it, with its result. */
export type TaskRecord = Omit<ResultAnswer, "result_url">;
export type GroupRecord = Omit<GroupAnswer, "result_url">;
export type AnyRecord = TaskRecord | GroupRecord;

/** What is said of a submission besides what is to run. */
export interface Submitting {
  /**
   * Within 24 h the same key starts nothing new, and gives the first answer: with it a submission is sent again where
   * the network fails. 1 to 255 visible ASCII characters. @default none: DynamoDB is written to twice for each
   */
  readonly idempotencyKey?: string | undefined;
  /** An id for all that comes of it, in records and logs. @default one that the API makes */
  readonly correlationId?: string | undefined;
  /** Ends the request, not what it has started. */
  readonly signal?: AbortSignal | undefined;
}

/** Arguments of a named workflow: those of its first tasks. */
export interface RunArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** How a client reaches a stage: over HTTP, or straight to its queues and its table. */
export interface Transport {
  submit(node: Node, how: Submitting): Promise<SubmissionAnswer>;
  batch(tasks: readonly TaskNode[], how: Submitting): Promise<BatchAnswer>;
  run(workflow: string, given: RunArguments, how: Submitting): Promise<SubmissionAnswer>;
  /** The record with its result, once it has ended or `wait` seconds (0 to 20) are over. */
  find(id: string, wait: number, signal?: AbortSignal): Promise<AnyRecord>;
  revoke(id: string, terminate: boolean, signal?: AbortSignal): Promise<void>;
  retry(id: string, how: Submitting): Promise<SubmissionAnswer>;
  forget(id: string, signal?: AbortSignal): Promise<void>;
}
