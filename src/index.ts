/** What a task module imports. */
export { defineTask, isTask } from "./core/define/task.ts";
export type { AnyTask, Task, TaskOptions } from "./core/define/task.ts";
export { foreignTask } from "./core/define/foreign.ts";
export type { ForeignDeclaration } from "./core/define/foreign.ts";
export { cron, every } from "./core/define/schedule.ts";
export type { Schedule } from "./core/define/schedule.ts";
export { defineWorkflow } from "./core/workflow/workflow.ts";
export type { Workflow } from "./core/workflow/workflow.ts";
export { defineModule } from "./core/define/module.ts";
export type { ModuleOptions } from "./core/define/module.ts";
export { chain, chord, chunks, group } from "./core/define/builders.ts";
export { fromNode } from "./core/define/from-node.ts";
export type { Canvas, CanvasOptions, Group, Step } from "./core/define/builders.ts";
export type { CallOptions, Signature } from "./core/canvas/signature.ts";
export type { Effect, Request, Self } from "./core/define/self.ts";
export type { TaskHandle } from "./core/canvas/submitter.ts";
export { Retry, SoftTimeLimitExceeded } from "./core/errors.ts";
