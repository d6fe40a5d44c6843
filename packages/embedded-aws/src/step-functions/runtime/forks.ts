import { assertWithinLimit, select } from "../language/data-flow.ts";
import { type Failure, StatesError } from "../language/failure.ts";
import { isJsonArray, type Json, type JsonObject } from "../language/json.ts";
import type { Branch, MapState, ParallelState } from "../language/machine.ts";
import { readPath } from "../language/path.ts";
import { fillTemplate } from "../language/template.ts";
import { type Activity, cancelThread, type Core, createThread, type Owner, type Thread } from "./thread.ts";

/** Inline maps run up to 40 iterations at once, whatever MaxConcurrency asks for. */
const MAX_CONCURRENCY = 40;

/** Runs Map and Parallel states. */
export interface Forks {
  readonly startMap: (thread: Thread, state: MapState) => void;
  readonly startParallel: (thread: Thread, state: ParallelState) => void;
}

/** A Map or Parallel state under way. */
interface Fork extends Activity {
  readonly parent: Thread;
  readonly state: MapState | ParallelState;
  readonly owner: Owner;
  /** By index, in the order they began. */
  readonly live: Map<number, Thread>;
  readonly results: Json[];
  readonly total: number;
  next: number;
  done: number;
  readonly createChild: (index: number, previous: number) => readonly [Thread, Json];
}

/** Creates the runner of Map and Parallel states. */
export function createForks(core: Core): Forks {
  const startMap = (parent: Thread, state: MapState): void => {
    const input = select(state.inputPath, core.scope(parent, parent.input));
    const items = readItems(parent, state, input);
    core.record(parent, "MapStateStarted", { length: items.length });
    const createChild = (index: number, previous: number): readonly [Thread, Json] => {
      const value = items[index] ?? null;
      const item: JsonObject = { Index: index, Value: value };
      const scope = core.scope(parent, input, undefined, item);
      const childInput = state.itemSelector === null ? value : fillTemplate(state.itemSelector, scope);
      assertWithinLimit(childInput, state.name);
      const started = core.recordAfter(parent, previous, "MapIterationStarted", { name: state.name, index });
      return [createThread(parent.execution, state.processor, fork.owner, index, item, started), childInput];
    };
    const fork = createFork(parent, state, items.length, createChild);
    const atOnce = Math.min(state.maxConcurrency === 0 ? MAX_CONCURRENCY : state.maxConcurrency, MAX_CONCURRENCY);
    run(fork, Math.min(atOnce, items.length));
  };

  const readItems = (parent: Thread, state: MapState, input: Json): readonly Json[] => {
    const items = readPath(state.itemsPath, core.scope(parent, input));
    if (isJsonArray(items)) return items;
    throw new StatesError("States.Runtime", `Reference path "${state.itemsPath.text}" must point to array.`);
  };

  const startParallel = (parent: Thread, state: ParallelState): void => {
    const input = select(state.inputPath, core.scope(parent, parent.input));
    const scope = core.scope(parent, input);
    const childInput = state.parameters === null ? input : fillTemplate(state.parameters, scope);
    assertWithinLimit(childInput, state.name);
    core.record(parent, "ParallelStateStarted", null);
    const createChild = (index: number, previous: number): readonly [Thread, Json] => {
      const branch: Branch | undefined = state.branches[index];
      if (branch === undefined) throw new Error(`${state.name} has no branch ${index}.`);
      return [createThread(parent.execution, branch, fork.owner, index, parent.item, previous), childInput];
    };
    const fork = createFork(parent, state, state.branches.length, createChild);
    run(fork, state.branches.length);
  };

  const createFork = (
    parent: Thread,
    state: MapState | ParallelState,
    total: number,
    createChild: Fork["createChild"],
  ): Fork => {
    const live = new Map<number, Thread>();
    const fork: Fork = {
      parent,
      state,
      owner: {
        childEnded: (child, output) => childEnded(fork, child, output),
        childFailed: (child, failure) => childFailed(fork, child, failure),
      },
      live,
      results: Array.from({ length: total }, () => null),
      total,
      next: 0,
      done: 0,
      createChild,
      cancel: () => {
        for (const child of live.values()) cancelThread(child);
        live.clear();
      },
    };
    return fork;
  };

  const run = (fork: Fork, count: number): void => {
    fork.parent.activity = fork;
    const started = fork.parent.lastEvent;
    if (fork.total === 0) return succeed(fork);
    for (let begun = 0; begun < count; begun += 1) spawn(fork, started);
  };

  const spawn = (fork: Fork, previous: number): void => {
    const index = fork.next;
    fork.next += 1;
    const [child, input] = fork.createChild(index, previous);
    fork.live.set(index, child);
    core.post(child, () => core.begin(child, input));
  };

  const childEnded = (fork: Fork, child: Thread, output: Json): void => {
    fork.live.delete(child.index);
    fork.results[child.index] = output;
    fork.done += 1;
    const last = child.lastEvent;
    fork.parent.lastEvent = last;
    if (fork.state.type === "Map") {
      const details = { name: fork.state.name, index: child.index };
      fork.parent.lastEvent = core.recordAfter(fork.parent, last, "MapIterationSucceeded", details);
      // As the parent's job: a selector that fails is the Map's failure, not the ended iteration's.
      if (fork.next < fork.total) core.post(fork.parent, () => fork.parent.activity === fork && spawn(fork, last));
    }
    if (fork.done === fork.total) succeed(fork);
  };

  /** Later, and as the parent's own job: what fails from here on is the Map's or Parallel's failure, not the child's. */
  const succeed = (fork: Fork): void => {
    const { parent, state } = fork;
    core.post(parent, () => {
      parent.activity = null;
      // As on AWS, what follows refers to the last iteration, not to this event.
      core.recordAfter(parent, parent.lastEvent, `${state.type}StateSucceeded`, null);
      core.complete(parent, fork.results);
    });
  };

  const childFailed = (fork: Fork, failed: Thread, failure: Failure): void => {
    const { parent, state } = fork;
    const previous = failed.lastEvent;
    for (const child of [...fork.live.values()].toSorted((left, right) => left.index - right.index)) {
      recordEnd(fork, child, previous, child === failed);
    }
    fork.cancel();
    parent.activity = null;
    parent.lastEvent = core.recordAfter(parent, previous, `${state.type}StateFailed`, null);
    core.post(parent, () => core.fail(parent, failure));
  };

  /** AWS's order and links: every event points at the one that failed. */
  const recordEnd = (fork: Fork, child: Thread, previous: number, isFailed: boolean): void => {
    const { parent, state } = fork;
    if (state.type === "Map") {
      const type = isFailed ? "MapIterationFailed" : "MapIterationAborted";
      core.recordAfter(parent, previous, type, { name: state.name, index: child.index });
    }
    const current = child.state?.type;
    if (current === "Task" || current === "Wait" || current === "Map" || current === "Parallel") {
      if (state.type === "Map" || !isFailed) core.recordAfter(parent, previous, `${current}StateAborted`, null);
    }
  };

  return { startMap, startParallel };
}
