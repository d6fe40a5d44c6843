import { createHash } from "node:crypto";
import {
  ConflictException,
  CreateScheduleCommand,
  ServiceQuotaExceededException,
  ThrottlingException,
} from "@aws-sdk/client-scheduler";
import { DAY, MAX_SCHEDULE_ATTEMPTS, MAX_SCHEDULE_INPUT, SCHEDULE_LEAD } from "../core/limits.ts";
import { scheduleInput } from "../core/define/schedule.ts";
import { schedulerClient } from "./clients/scheduler.ts";
import type { ScheduleEnv } from "./env.ts";

/** A message that is sent to a module's queue at a time far ahead. */
export interface Scheduled {
  readonly module: string;
  readonly id: string;
  readonly attempt: number;
  /** The message as text. */
  readonly body: string;
  /** When its task is due, milliseconds since 1970. */
  readonly due: number;
}

/**
 * Has EventBridge Scheduler send a message some minutes before its task is due; the rest is SQS's to wait. Scheduler
 * invokes a target within a minute of the time it was given, and at least once (Scheduler User Guide, "Schedule
 * types"): the claim makes that once. A schedule costs one invocation, $1.00 per million after 14 million a month
 * (EventBridge pricing), and deletes itself when it has run; an account may have 10 million of them, and make 5,000 a
 * second in the large regions, 250 in others (Scheduler quotas).
 * @returns false where Scheduler cannot take it: too large, too many, too fast.
 */
export async function scheduleMessage(env: ScheduleEnv, message: Scheduled): Promise<boolean> {
  const input = scheduleInput(message.body);
  if (Buffer.byteLength(input) > MAX_SCHEDULE_INPUT) return false;
  try {
    await schedulerClient().send(
      new CreateScheduleCommand({
        Name: nameOf(message),
        GroupName: env.group,
        ScheduleExpression: `at(${new Date(message.due - SCHEDULE_LEAD * 1000).toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: "OFF" },
        ActionAfterCompletion: "DELETE",
        Target: {
          Arn: env.queueArnPrefix + message.module,
          RoleArn: env.roleArn,
          Input: input,
          // What cannot be delivered within a day is a dead letter, which goes on from there.
          RetryPolicy: { MaximumEventAgeInSeconds: DAY, MaximumRetryAttempts: MAX_SCHEDULE_ATTEMPTS },
          DeadLetterConfig: { Arn: `${env.queueArnPrefix}dead` },
        },
      }),
    );
    return true;
  } catch (error) {
    // A repeated send, after a crash, finds what it wants.
    if (error instanceof ConflictException) return true;
    if (error instanceof ServiceQuotaExceededException || error instanceof ThrottlingException) return false;
    throw error;
  }
}

/**
 * The name of the schedule of a message, up to the 64 characters that Scheduler takes: id, attempt, and what tells this
 * message from another of the same attempt. A state that is tried again has a new token, which must not get lost as a
 * repetition.
 */
function nameOf({ id, attempt, body }: Scheduled): string {
  return `${id.slice(0, 36)}-${attempt}-${createHash("sha256").update(body).digest("hex").slice(0, 16)}`;
}
