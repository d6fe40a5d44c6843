import { assertWithinLimit, select } from "../language/data-flow.ts";
import { type Failure, StatesError } from "../language/failure.ts";
import { isJsonArray, type Json, type JsonObject } from "../language/json.ts";
import type { MapState, ParallelState } from "../language/machine.ts";
import { readPath } from "../language/path.ts";
import { fillTemplate } from "../language/template.ts";
import { type Core, moveTo, record, recordAfter, scopeOf } from "./core.ts";
import { complete, enter } from "./moves.ts";
import { recordEnds } from "./fork-events.ts";
import { type Activity, cancelThread, createThread, type Owner, type Thread } from "./thread.ts";

/** Inline maps run up to 40 iterations at once, whatever MaxConcurrency asks for. */
const MAX_CONCURRENCY = 40;

/** What a Map or Parallel state is to do. */
interface ForkPlan {
  readonly state: MapState | ParallelState;
  /** How many iterations or branches there are, and how many of them run at once. */
  readonly total: number;
  readonly atOnce: number;
  /** `$$.Map.Item` of an iteration, else of the innermost Map around. */
  readonly itemOf: (index: number) => JsonObject | null;
  /** The input of an iteration or branch. Throws a StatesError where its selector fails. */
  readonly inputOf: (index: number) => Json;
}

/** A Map or Parallel state under way. */
export interface Fork extends Activity, ForkPlan {
  readonly parent: Thread;
  readonly owner: Owner;
  /** By index, in the order they began. */
  readonly live: Map<number, Thread>;
  readonly results: Json[];
  next: number;
  done: number;
}

/** Runs a Map or a Parallel state. */
export function startFork(core: Core, parent: Thread, state: MapState | ParallelState): void {
  const plan = planOf(parent, state);
  record(core, parent, `${state.type}StateStarted`, state.type === "Map" ? { length: plan.total } : null);
  const fork = createFork(core, parent, plan);
  moveTo(core, parent, { kind: "fork" });
  goOn(core, fork, parent.lastEvent);
}

/**
 * Goes on with a Map or Parallel state of an earlier run.
 * @param adopt gives the iteration or branch back to the fork by `adoptChild`, if there was one of that index
 */
export function resumeFork(
  core: Core,
  parent: Thread,
  state: MapState | ParallelState,
  adopt: (fork: Fork, index: number) => boolean,
): void {
  const fork = createFork(core, parent, planOf(parent, state));
  while (fork.next < fork.total && adopt(fork, fork.next)) fork.next += 1;
  core.post(parent, () => goOn(core, fork, parent.lastEvent));
}

/** An iteration or branch that has not begun, or that an earlier run had begun. */
export function createChild(fork: Fork, index: number, start: Pick<Thread, "position" | "lastEvent">): Thread {
  const { parent, state } = fork;
  const branch = state.type === "Map" ? state.processor : state.branches[index];
  if (branch === undefined) throw new Error(`${state.name} has no branch ${index}.`);
  const path = `${parent.path}.${index}`;
  const item = fork.itemOf(index);
  return createThread({ execution: parent.execution, branch, path, owner: fork.owner, index, item, ...start });
}

/** Begins as many as may run at once; where none is left, the state has its result. */
function goOn(core: Core, fork: Fork, previous: number): void {
  if (fork.done === fork.total) return succeed(core, fork);
  while (hasRoom(fork)) spawn(core, fork, previous);
}

function hasRoom({ live, atOnce, next, total }: Fork): boolean {
  return live.size < atOnce && next < total;
}

function spawn(core: Core, fork: Fork, previous: number): void {
  const { parent, state, next: index } = fork;
  const input = inputFor(fork, index);
  fork.next += 1;
  const details = { name: state.name, index };
  const lastEvent =
    state.type === "Map" ? recordAfter(core, parent, previous, "MapIterationStarted", details) : previous;
  const child = createChild(fork, index, { position: { kind: "begin", input }, lastEvent });
  fork.live.set(index, child);
  core.journal.moved(child);
  core.post(child, () => enter(core, child, child.branch.startAt, input));
}

/** The others do not go on without the one whose selector fails: the failure is the whole state's. */
function inputFor(fork: Fork, index: number): Json {
  try {
    const input = fork.inputOf(index);
    assertWithinLimit(input, fork.state.name);
    return input;
  } catch (error) {
    fork.cancel();
    fork.parent.activity = null;
    throw error;
  }
}

function createFork(core: Core, parent: Thread, plan: ForkPlan): Fork {
  const fork: Fork = {
    ...plan,
    parent,
    owner: {
      childEnded: (child, output) => childEnded(core, fork, child, output),
      childFailed: (child, failure) => childFailed(core, fork, child, failure),
    },
    live: new Map(),
    results: Array.from({ length: plan.total }, () => null),
    next: 0,
    done: 0,
    cancel: () => {
      for (const child of fork.live.values()) cancelThread(child);
      fork.live.clear();
      forget(core, fork);
    },
  };
  parent.activity = fork;
  return fork;
}

/** What an earlier run had of the children goes with the fork. */
function forget(core: Core, { parent, next }: Fork): void {
  for (let index = 0; index < next; index += 1) core.journal.dropped(parent.execution, `${parent.path}.${index}`);
}

function childEnded(core: Core, fork: Fork, child: Thread, output: Json): void {
  const { parent, state } = fork;
  const last = child.lastEvent;
  fork.live.delete(child.index);
  fork.results[child.index] = output;
  fork.done += 1;
  parent.lastEvent = last;
  if (state.type === "Map") {
    parent.lastEvent = recordAfter(core, parent, last, "MapIterationSucceeded", {
      name: state.name,
      index: child.index,
    });
    // As the parent's job: a selector that fails is the Map's failure, not the ended iteration's.
    if (fork.next < fork.total)
      core.post(parent, () => parent.activity === fork && hasRoom(fork) && spawn(core, fork, last));
  }
  core.journal.moved(parent);
  if (fork.done === fork.total) core.post(parent, () => succeed(core, fork));
}

/** The parent's own job: what fails from here on is the Map's or Parallel's failure, not the child's. */
function succeed(core: Core, fork: Fork): void {
  const { parent, state } = fork;
  if (parent.activity !== fork) return;
  parent.activity = null;
  forget(core, fork);
  // As on AWS, what follows refers to the last iteration, not to this event.
  recordAfter(core, parent, parent.lastEvent, `${state.type}StateSucceeded`, null);
  complete(core, parent, fork.results);
}

function childFailed(core: Core, fork: Fork, failed: Thread, failure: Failure): void {
  const { parent, state } = fork;
  const previous = failed.lastEvent;
  recordEnds(core, parent, state, [...fork.live.values()], failed);
  fork.cancel();
  parent.activity = null;
  parent.lastEvent = recordAfter(core, parent, previous, `${state.type}StateFailed`, null);
  moveTo(core, parent, { kind: "failing", failure });
  core.post(parent, () => core.fail(parent, failure));
}

function planOf(parent: Thread, state: MapState | ParallelState): ForkPlan {
  const input = select(state.inputPath, scopeOf(parent, parent.input));
  return state.type === "Map" ? planMap(parent, state, input) : planParallel(parent, state, input);
}

function planMap(parent: Thread, state: MapState, input: Json): ForkPlan {
  const items = readPath(state.itemsPath, scopeOf(parent, input));
  if (!isJsonArray(items)) {
    throw new StatesError("States.Runtime", `Reference path "${state.itemsPath.text}" must point to array.`);
  }
  const itemOf = (index: number): JsonObject => ({ Index: index, Value: items[index] ?? null });
  const { itemSelector, maxConcurrency } = state;
  return {
    state,
    total: items.length,
    atOnce: Math.min(maxConcurrency === 0 ? MAX_CONCURRENCY : maxConcurrency, MAX_CONCURRENCY),
    itemOf,
    inputOf: (index) =>
      itemSelector === null
        ? (items[index] ?? null)
        : fillTemplate(itemSelector, scopeOf(parent, input, undefined, itemOf(index))),
  };
}

function planParallel(parent: Thread, state: ParallelState, input: Json): ForkPlan {
  const childInput = state.parameters === null ? input : fillTemplate(state.parameters, scopeOf(parent, input));
  assertWithinLimit(childInput, state.name);
  const total = state.branches.length;
  return { state, total, atOnce: total, itemOf: () => parent.item, inputOf: () => childInput };
}
