import { place, select } from "../language/data-flow.ts";
import { evaluate, type Expression } from "../language/expression.ts";
import { failure, StatesError } from "../language/failure.ts";
import type { Json } from "../language/json.ts";
import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from "../language/machine.ts";
import { type Path, readPath } from "../language/path.ts";
import { RUNTIME_ERROR } from "../language/retry.ts";
import { fillTemplate } from "../language/template.ts";
import { parseTimestamp } from "../language/timestamps.ts";
import { type Core, moveTo, scopeOf } from "./core.ts";
import { failThread } from "./endings.ts";
import { leave } from "./moves.ts";
import type { Thread } from "./thread.ts";

/** Runs a Choice state. Throws States.NoChoiceMatched where nothing holds and there is no Default. */
export function choose(core: Core, thread: Thread, state: ChoiceState): void {
  const input = selectInput(thread, state);
  const scope = scopeOf(thread, input);
  const next = state.choices.find((rule) => rule.holds(scope))?.next ?? state.fallback;
  if (next !== null) return leave(core, thread, state, input, next);
  throw new StatesError(
    "States.NoChoiceMatched",
    `No choice of the state ${state.name} matched, and it has no Default.`,
  );
}

/** Runs a Pass state. */
export function pass(core: Core, thread: Thread, state: PassState): void {
  const input = selectInput(thread, state);
  const template = state.result ?? state.parameters;
  const result = template === null ? input : fillTemplate(template, scopeOf(thread, input));
  leave(core, thread, state, place(result, state.resultPath, thread.input), state.next);
}

/** Runs a Succeed state: the end of a branch, as it has no next one. */
export function succeed(core: Core, thread: Thread, state: SucceedState): void {
  leave(core, thread, state, selectInput(thread, state), null);
}

/** Runs a Fail state. */
export function failHere(core: Core, thread: Thread, state: FailState): void {
  const text = (value: string | Expression | null, field: string): string | null => {
    if (value === null || typeof value === "string") return value;
    const found = evaluate(value, scopeOf(thread, thread.input), field);
    if (typeof found === "string") return found;
    throw new StatesError(RUNTIME_ERROR, `${field} must lead to a string, got ${JSON.stringify(found)}`);
  };
  failThread(core, thread, failure(text(state.error, "ErrorPath"), text(state.cause, "CausePath")));
}

/** Runs a Wait state. */
export function wait(core: Core, thread: Thread, state: WaitState): void {
  waitUntil(core, thread, state, dueAt(core, thread, state, selectInput(thread, state)));
}

/** Leaves a Wait state at a time, in milliseconds since 1970: at once where it is over. */
export function waitUntil(core: Core, thread: Thread, state: WaitState, due: number): void {
  moveTo(core, thread, { kind: "wait", due });
  const cancel = core.clock.after(Math.max(0, due - core.clock.now()), () => {
    core.post(thread, () => {
      thread.activity = null;
      leave(core, thread, state, selectInput(thread, state), state.next);
    });
  });
  thread.activity = { cancel };
}

function dueAt({ clock }: Core, thread: Thread, { until }: WaitState, input: Json): number {
  const given = until.kind === "seconds" ? until.seconds : until.timestamp;
  const value = typeof given === "object" ? readPath(given, scopeOf(thread, input)) : given;
  const due = until.kind === "seconds" ? secondsFrom(clock.now(), value) : timeOf(value);
  if (due !== null) return due;
  const expected = until.kind === "seconds" ? "a whole number of seconds" : "a timestamp";
  throw new StatesError(
    RUNTIME_ERROR,
    `The path of a Wait state must lead to ${expected}, got ${JSON.stringify(value)}`,
  );
}

function secondsFrom(now: number, value: Json | undefined): number | null {
  const isWhole = typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 99_999_999;
  return isWhole ? now + value * 1000 : null;
}

function timeOf(value: Json | undefined): number | null {
  return typeof value === "string" ? parseTimestamp(value) : null;
}

function selectInput(thread: Thread, state: { readonly inputPath: Path | null }): Json {
  return select(state.inputPath, scopeOf(thread, thread.input));
}
