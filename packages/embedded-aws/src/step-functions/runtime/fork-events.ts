import type { MapState, ParallelState } from "../language/machine.ts";
import { type Core, recordAfter } from "./core.ts";
import type { Thread } from "./thread.ts";

/**
 * Records how the iterations or branches end of which one failed, in AWS's order and links: every event points at the
 * one that failed.
 */
export function recordEnds(
  core: Core,
  parent: Thread,
  state: MapState | ParallelState,
  live: readonly Thread[],
  failed: Thread,
): void {
  for (const child of live.toSorted((left, right) => left.index - right.index)) {
    const isFailed = child === failed;
    if (state.type === "Map") {
      const type = isFailed ? "MapIterationFailed" : "MapIterationAborted";
      recordAfter(core, parent, failed.lastEvent, type, { name: state.name, index: child.index });
    }
    const current = child.state?.type;
    if (current === "Task" || current === "Wait" || current === "Map" || current === "Parallel") {
      if (state.type === "Map" || !isFailed)
        recordAfter(core, parent, failed.lastEvent, `${current}StateAborted`, null);
    }
  }
}
