import type { Json } from "../language/json.ts";
import type { TaskState } from "../language/machine.ts";
import { REGION } from "../../resource.ts";
import { type Core, record } from "./core.ts";
import type { EventDetails } from "./history.ts";
import type { Thread } from "./thread.ts";

/**
 * Records what became of a task. Plain functions have events of their own; other resources name themselves in theirs.
 */
export function recordPhase(
  core: Core,
  thread: Thread,
  { resource }: TaskState,
  phase: string,
  details: EventDetails | null,
): void {
  if (resource.kind === "function") return record(core, thread, `LambdaFunction${phase}`, details);
  record(core, thread, `Task${phase}`, { resourceType: resource.kind, resource: resource.name, ...details });
}

/** Records what a task is called with, and its limits in seconds. Gives the event's id. */
export function recordScheduled(
  core: Core,
  thread: Thread,
  state: TaskState,
  parameters: Json,
  timeout: number | null,
  heartbeat: number | null,
): number {
  const { resource } = state;
  const limits = {
    ...(timeout === null ? {} : { timeoutInSeconds: timeout }),
    ...(heartbeat === null ? {} : { heartbeatInSeconds: heartbeat }),
  };
  const called =
    resource.kind === "function" ? { resource: resource.arn, input: parameters } : { region: REGION, parameters };
  recordPhase(core, thread, state, "Scheduled", { ...called, ...limits });
  return thread.lastEvent;
}

/** What the task of that event was called with. */
export function scheduledParameters({ execution }: Thread, { resource }: TaskState, scheduled: number): Json {
  return execution.history.dataOf(scheduled, resource.kind === "function" ? "input" : "parameters");
}
