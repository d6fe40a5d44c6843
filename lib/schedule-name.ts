import { createHash } from "node:crypto";
import type { Schedule } from "../src/core/define/schedule.ts";

/**
 * The name of one schedule of a task, up to 64 characters, of letters, digits, ".", "-" and "_": the task's name as far
 * as it fits, and what tells its schedules apart.
 */
export function scheduleName(task: string, schedule: Schedule): string {
  const digest = createHash("sha256").update(task).update(JSON.stringify(schedule)).digest("hex");
  return `${task.slice(0, 51)}-${digest.slice(0, 12)}`;
}
