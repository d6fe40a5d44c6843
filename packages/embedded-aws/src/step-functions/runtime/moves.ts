import { assertWithinLimit, place, select } from "../language/data-flow.ts";
import type { Json } from "../language/json.ts";
import type { ResultState } from "../language/machine.ts";
import type { Path } from "../language/path.ts";
import { fillTemplate } from "../language/template.ts";
import { type Core, moveTo, record, scopeOf } from "./core.ts";
import { endExecution } from "./endings.ts";
import type { Thread } from "./thread.ts";

/** Enters a state of the thread's branch by its name, and runs it. */
export function enter(core: Core, thread: Thread, name: string, input: Json): void {
  const state = thread.branch.states.get(name);
  if (state === undefined) throw new Error(`There is no state ${name} in ${thread.execution.machine.arn}.`);
  thread.state = state;
  thread.input = input;
  thread.enteredAt = core.clock.now();
  if (thread.retryCount > 0) thread.attempts = [];
  thread.retryCount = 0;
  record(core, thread, `${state.type}StateEntered`, { name, input });
  thread.enteredEvent = thread.lastEvent;
  core.execute(thread, state);
}

/** The current state has its result: ResultSelector, ResultPath, and out. */
export function complete(core: Core, thread: Thread, result: Json): void {
  const state = resultState(thread);
  assertWithinLimit(result, state.name);
  const selected = state.resultSelector === null ? result : fillTemplate(state.resultSelector, scopeOf(thread, result));
  leave(core, thread, state, place(selected, state.resultPath, thread.input), state.next);
}

/** A state as far as leaving it is concerned. */
interface Left {
  readonly type: string;
  readonly name: string;
  readonly outputPath: Path | null;
}

/** Leaves a state with what OutputPath lets through; to the next one, or to the end of the thread. */
export function leave(core: Core, thread: Thread, state: Left, data: Json, next: string | null): void {
  const output = select(state.outputPath, scopeOf(thread, data));
  assertWithinLimit(output, state.name);
  exit(core, thread, state, output, next);
}

/** Leaves a state with this output, which must be within the limit. */
export function exit(
  core: Core,
  thread: Thread,
  { type, name }: Pick<Left, "type" | "name">,
  output: Json,
  next: string | null,
): void {
  record(core, thread, `${type}StateExited`, { name, output });
  if (next !== null) {
    moveTo(core, thread, { kind: "next", to: next });
    return core.post(thread, () => enter(core, thread, next, output));
  }
  thread.ended = true;
  moveTo(core, thread, { kind: "ended" });
  if (thread.owner !== null) return thread.owner.childEnded(thread, output);
  endExecution(core, thread.execution, { status: "SUCCEEDED", output }, thread.lastEvent);
}

function resultState({ state }: Thread): ResultState {
  if (state !== null && "retry" in state) return state;
  throw new Error(`A state of type ${state?.type ?? "none"} can't have a result.`);
}
