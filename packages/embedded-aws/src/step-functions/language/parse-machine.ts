import { DefinitionError, Fields, show } from "./fields.ts";
import { isJsonObject, parseJsonText } from "./json.ts";
import type { Branch, Machine, State } from "./machine.ts";
import { parseState } from "./parse-state.ts";

/** CreateStateMachine takes 1 MB of definition. */
export const MAX_DEFINITION_BYTES = 1_048_576;

/** AWS: state names are at most 80 characters. */
const MAX_NAME = 80;

/**
 * Reads a definition. Throws a DefinitionError, with a JSON Pointer to the field, for what AWS refuses and for what the
 * embedded Step Functions does not serve (JSONata, Distributed Map, other integrations, wildcard paths).
 */
export function parseMachine(definition: string): Machine {
  const bytes = Buffer.byteLength(definition);
  if (bytes > MAX_DEFINITION_BYTES) {
    throw new DefinitionError("", `the definition has ${bytes} bytes; the limit is ${MAX_DEFINITION_BYTES}`);
  }
  const value = parseJsonText(definition);
  if (value === undefined) throw new DefinitionError("", "the definition isn't JSON");
  const fields = new Fields(value, "");
  fields.refuseUnserved("a state machine");
  fields.take("Comment");
  const version = fields.optionalString("Version") ?? "1.0";
  if (version !== "1.0") throw fields.fault("Version", `expected 1.0, got ${version}`);
  requireJsonPath(fields);
  const timeoutSeconds = fields.integer("TimeoutSeconds", 1, 99_999_999, null);
  const branch = parseBranch(fields, new Set());
  fields.done("a state machine");
  return { ...branch, timeoutSeconds };
}

/** Takes a QueryLanguage field; throws unless it is JSONPath or missing. */
function requireJsonPath(fields: Fields): void {
  const language = fields.optionalString("QueryLanguage") ?? "JSONPath";
  if (language !== "JSONPath") {
    throw fields.fault("QueryLanguage", `the embedded Step Functions serves JSONPath only, got ${language}`);
  }
}

/** Reads StartAt and States; `names` has the states of the whole machine, since AWS has a name only once. */
function parseBranch(fields: Fields, names: Set<string>): Branch {
  const startAt = fields.string("StartAt");
  const value = fields.take("States");
  if (!isJsonObject(value)) throw fields.fault("States", `expected an object, got ${show(value)}`);
  const entries = Object.entries(value);
  if (entries.length === 0) throw fields.fault("States", "a machine needs a state");
  const states = new Map<string, State>();
  const context = { parseBranch: (inner: Fields): Branch => parseBranch(inner, names), requireJsonPath };
  for (const [name, state] of entries) {
    const path = `${fields.at("States")}/${name}`;
    if (name.length > MAX_NAME) throw new DefinitionError(path, `a state's name has at most ${MAX_NAME} characters`);
    if (names.has(name)) throw new DefinitionError(path, `the name ${name} is taken by another state of the machine`);
    names.add(name);
    states.set(name, parseState(name, new Fields(state, path), context));
  }
  assertConnected(fields, startAt, states);
  return { startAt, states };
}

/** AWS refuses transitions to states that are not there, and states that no transition reaches. */
function assertConnected(fields: Fields, startAt: string, states: ReadonlyMap<string, State>): void {
  if (!states.has(startAt)) throw fields.fault("StartAt", `there is no state ${startAt} here`);
  const reached = new Set([startAt]);
  for (const name of reached) {
    const state = states.get(name);
    if (state === undefined) continue;
    for (const [field, target] of transitions(state)) {
      const path = `${fields.at("States")}/${name}/${field}`;
      if (!states.has(target)) throw new DefinitionError(path, `there is no state ${target} here`);
      reached.add(target);
    }
  }
  const lost = [...states.keys()].find((name) => !reached.has(name));
  if (lost !== undefined)
    throw new DefinitionError(`${fields.at("States")}/${lost}`, "no transition reaches this state");
}

function transitions(state: State): [string, string][] {
  const found: [string, string][] = [];
  if ("next" in state && state.next !== null) found.push(["Next", state.next]);
  if ("catch" in state) found.push(...state.catch.map(({ next }, at): [string, string] => [`Catch/${at}/Next`, next]));
  if (state.type !== "Choice") return found;
  found.push(...state.choices.map(({ next }, at): [string, string] => [`Choices/${at}/Next`, next]));
  if (state.fallback !== null) found.push(["Default", state.fallback]);
  return found;
}
