import type { Collection, Storage } from "../../storage/storage.ts";
import { messageOf } from "../../values.ts";
import type { Json } from "../language/json.ts";
import { parseMachine } from "../language/parse-machine.ts";
import { HistoryReader } from "./history-codec.ts";
import { History } from "./history.ts";
import type { Written } from "./journal.ts";
import type { StoredThreads } from "./resume.ts";
import { COLLECTIONS, jsonOf, StoredExecution, StoredMachine, StoredThread } from "./stored-forms.ts";
import { type DeployedMachine, Execution } from "./thread.ts";

/** An execution that ran when an earlier run ended. */
export interface UnfinishedExecution {
  readonly execution: Execution;
  readonly threads: StoredThreads;
  readonly written: Written;
}

/** Reads the executions that ran when an earlier run ended, by serial; what belongs to none of them is removed. */
export function readExecutions(storage: Storage): readonly UnfinishedExecution[] {
  const executions = storage.collection(COLLECTIONS.executions);
  const stored = [...executions.entries()].map(([key, value]): readonly [string, StoredExecution] => [
    key,
    StoredExecution.parse(jsonOf(value)),
  ]);
  const running = new Set(stored.map(([key]) => key));
  const machines = readMachines(storage, new Set(stored.map(([, { machine }]) => machine)));
  const events = group(storage.collection(COLLECTIONS.events), running);
  const threads = group(storage.collection(COLLECTIONS.threads), running);
  return stored.flatMap(([key, execution]) => {
    const machine = machines.get(execution.machine);
    if (machine === undefined) return [];
    return build(execution, machine, events.get(key) ?? [], threads.get(key) ?? []);
  });
}

/** A machine's definition is read once, however many of its executions run. One that can not be read is left out. */
function readMachines(storage: Storage, used: ReadonlySet<string>): ReadonlyMap<string, DeployedMachine> {
  const collection = storage.collection(COLLECTIONS.machines);
  const machines = new Map<string, DeployedMachine>();
  for (const [key, value] of collection.entries()) {
    if (!used.has(key)) {
      collection.remove(key);
      continue;
    }
    const machine = StoredMachine.parse(jsonOf(value));
    try {
      machines.set(key, { ...machine, machine: parseMachine(machine.definition) });
    } catch (error) {
      console.error(`Executions of ${machine.arn} can not go on: ${messageOf(error)}`);
    }
  }
  return machines;
}

type Values = readonly (readonly [rest: string, json: string])[];

/** Values of the keys `serial/rest`, by serial, in the order of the keys. */
function group(collection: Collection, running: ReadonlySet<string>): ReadonlyMap<string, Values> {
  const groups = new Map<string, (readonly [string, string])[]>();
  for (const [key, value] of collection.entries()) {
    const at = key.indexOf("/");
    const serial = key.slice(0, at);
    if (!running.has(serial)) {
      collection.remove(key);
      continue;
    }
    const values = groups.get(serial) ?? [];
    groups.set(serial, values);
    values.push([key.slice(at + 1), String(value)]);
  }
  return groups;
}

function build(
  stored: StoredExecution,
  machine: DeployedMachine,
  events: Values,
  threads: Values,
): UnfinishedExecution {
  const reader = new HistoryReader();
  const rows = events.flatMap(([, piece]) => reader.read(piece));
  const input: Json = JSON.parse(stored.inputText);
  const positions = new Map(threads.map(([path, thread]) => [path, StoredThread.parse(jsonOf(thread))]));
  return {
    execution: new Execution({ ...stored, machine, input }, new History(rows)),
    threads: positions,
    written: { threads: positions.keys(), pieces: events.length, shared: reader.shared },
  };
}
