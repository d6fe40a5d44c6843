import { randomBytes, randomUUID } from "node:crypto";
import { ACCOUNT, REGION } from "../resource.ts";
import type { Schedule } from "./store.ts";

/**
 * What a target gets: its input with the context attributes filled in, or Scheduler's notification where it has none.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 * @param due the scheduled time
 * @param attempt from 1
 */
export function inputOf({ arn, spec }: Schedule, due: number, attempt: number): string {
  const time = new Date(due).toISOString().replace(/\.\d+Z$/, "Z");
  const { Input } = spec.Target;
  if (Input === undefined) return JSON.stringify(notification(arn, time));
  return Input.replaceAll("<aws.scheduler.schedule-arn>", arn)
    .replaceAll("<aws.scheduler.scheduled-time>", time)
    .replaceAll("<aws.scheduler.execution-id>", randomBytes(8).toString("hex"))
    .replaceAll("<aws.scheduler.attempt-number>", String(attempt));
}

/** The detail is a text, as in what AWS sends. */
function notification(arn: string, time: string): object {
  const origin = { source: "aws.scheduler", account: ACCOUNT, time, region: REGION, resources: [arn] };
  return { version: "0", id: randomUUID(), "detail-type": "Scheduled Event", ...origin, detail: "{}" };
}
