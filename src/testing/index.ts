/** What tests of task modules are written with: a task in process, or the whole stage. Node only. */
export { runTask } from "./run-task.ts";
export type { LoggedLine, RecordedRetry, RunOptions, TaskRun } from "./run-task.ts";
export type { TestClock } from "./task-time.ts";
export { startStage } from "./stage.ts";
export type { Stage, StageOptions } from "./stage.ts";
export type { Mail } from "./observe.ts";
