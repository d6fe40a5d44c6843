/** What a task module imports. */
export { defineTask, isTask } from "./core/task.ts";
export type { AnyTask, Task, TaskOptions } from "./core/task.ts";
export { cron, every } from "./core/schedule.ts";
export type { Schedule } from "./core/schedule.ts";
export { defineWorkflow } from "./core/workflow.ts";
export type { Workflow } from "./core/workflow.ts";
export { defineModule } from "./core/module.ts";
export type { ModuleOptions } from "./core/module.ts";
export { chain, chord, chunks, fromNode, group } from "./core/builders.ts";
export type { Canvas, CanvasOptions, Group, Step } from "./core/builders.ts";
export type { CallOptions, Signature } from "./core/signature.ts";
export type { Effect, Request, Self } from "./core/self.ts";
export type { TaskHandle } from "./core/submitter.ts";
export { Retry, SoftTimeLimitExceeded } from "./core/errors.ts";
