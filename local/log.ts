import type { LogFields } from "embedded-aws";

/**
 * How the terminal shows what tasks log: the task's name and a short id, without the ids that its record has anyway.
 */
export const TASK_FIELDS: LogFields = {
  source: "task",
  id: "task_id",
  hidden: ["root_id", "correlation_id", "function"],
};
