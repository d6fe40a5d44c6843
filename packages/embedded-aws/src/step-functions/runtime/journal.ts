import { createHash } from "node:crypto";
import type { Storage } from "../../storage/storage.ts";
import { HistoryWriter } from "./history-codec.ts";
import { COLLECTIONS, serialKey, storedThread } from "./stored-forms.ts";
import type { DeployedMachine, Execution, Thread } from "./thread.ts";

/** Writes down what running executions need to go on in a later run: what changed, not all of it. */
export interface Journal {
  readonly started: (execution: Execution) => void;
  /** Takes over an execution that an earlier run wrote down. */
  readonly adopted: (execution: Execution, written: Written) => void;
  /** A thread's position or numbers are other than before. */
  readonly moved: (thread: Thread) => void;
  /** There is no thread of that path any more, and none under it. */
  readonly dropped: (execution: Execution, path: string) => void;
  /** Forgets an execution: whoever keeps it from now on has it all. */
  readonly ended: (execution: Execution) => void;
  /** Writes what has happened since the last time. Call it between jobs, and before what happened is told. */
  readonly flush: () => void;
}

/** What is in the storage of a running execution. */
export interface Written {
  readonly threads: Iterable<string>;
  /** Pieces of the history, and the values that they share. */
  readonly pieces: number;
  readonly shared: readonly object[];
}

/** A journal that writes nothing. */
export const NO_JOURNAL: Journal = {
  started: () => {},
  adopted: () => {},
  moved: () => {},
  dropped: () => {},
  ended: () => {},
  flush: () => {},
};

/** What the journal knows of a running execution. */
interface Entry {
  readonly execution: Execution;
  readonly key: string;
  /** Events that are written, and the pieces that they are in. */
  events: number;
  pieces: number;
  readonly writer: HistoryWriter;
  /** The paths of the threads that are written. */
  readonly threads: Set<string>;
  readonly moved: Map<string, Thread>;
  readonly dropped: Set<string>;
}

/** A journal in a storage. A flush costs what has changed: an event is written once, a position is a hundred bytes. */
export function createJournal(storage: Storage): Journal {
  const executions = storage.collection(COLLECTIONS.executions);
  const machines = storage.collection(COLLECTIONS.machines);
  const threads = storage.collection(COLLECTIONS.threads);
  const events = storage.collection(COLLECTIONS.events);
  const entries = new Map<Execution, Entry>();
  const changed = new Set<Entry>();
  const machineKeys = new WeakMap<DeployedMachine, string>();

  const keyOf = (machine: DeployedMachine): string => {
    const known = machineKeys.get(machine);
    if (known !== undefined) return known;
    const { name, arn, definition, createdAt } = machine;
    const text = JSON.stringify({ name, arn, definition, createdAt });
    const key = createHash("sha256").update(text).digest("hex");
    machines.put(key, text);
    machineKeys.set(machine, key);
    return key;
  };

  const enlist = (execution: Execution, { threads: paths, pieces, shared }: Written): Entry => {
    const key = serialKey(execution.serial);
    const written = pieces === 0 ? 0 : execution.history.rows.length;
    const moved = new Map<string, Thread>();
    const entry = {
      execution,
      key,
      events: written,
      pieces,
      writer: new HistoryWriter(shared),
      threads: new Set(paths),
      moved,
      dropped: new Set<string>(),
    };
    entries.set(execution, entry);
    return entry;
  };

  const started = (execution: Execution): void => {
    enlist(execution, { threads: [], pieces: 0, shared: [] });
    const { serial, arn, name, machine, inputText, startedAt } = execution;
    const stored = { serial, arn, name, machine: keyOf(machine), inputText, startedAt };
    executions.put(serialKey(serial), JSON.stringify(stored));
    moved(execution.root);
  };

  const moved = (thread: Thread): void => {
    const entry = entries.get(thread.execution);
    if (entry === undefined) return;
    entry.moved.set(thread.path, thread);
    entry.dropped.delete(thread.path);
    changed.add(entry);
  };

  const dropped = (execution: Execution, path: string): void => {
    const entry = entries.get(execution);
    if (entry === undefined) return;
    entry.moved.delete(path);
    entry.dropped.add(path);
    changed.add(entry);
  };

  const ended = (execution: Execution): void => {
    const entry = entries.get(execution);
    if (entry === undefined) return;
    entries.delete(execution);
    changed.delete(entry);
    executions.remove(entry.key);
    for (const path of entry.threads) threads.remove(`${entry.key}/${path}`);
    for (let piece = 0; piece < entry.pieces; piece += 1) events.remove(`${entry.key}/${serialKey(piece)}`);
  };

  const write = (entry: Entry): void => {
    const { rows } = entry.execution.history;
    if (rows.length > entry.events) {
      events.put(`${entry.key}/${serialKey(entry.pieces)}`, entry.writer.write(rows.slice(entry.events)));
      entry.events = rows.length;
      entry.pieces += 1;
    }
    for (const [path, thread] of entry.moved) {
      threads.put(`${entry.key}/${path}`, JSON.stringify(storedThread(thread)));
      entry.threads.add(path);
    }
    for (const path of entry.dropped) if (entry.threads.delete(path)) threads.remove(`${entry.key}/${path}`);
    entry.moved.clear();
    entry.dropped.clear();
  };

  const flush = (): void => {
    for (const entry of changed) write(entry);
    changed.clear();
  };

  const adopted = (execution: Execution, written: Written): void => {
    machineKeys.set(execution.machine, keyOf(execution.machine));
    enlist(execution, written);
  };

  return { started, adopted, moved, dropped, ended, flush };
}
