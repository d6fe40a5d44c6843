import { createHash } from "node:crypto";
import type { Collection, Storage } from "../../storage/storage.ts";
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
export class StoredJournal implements Journal {
  readonly #executions: Collection;
  readonly #machines: Collection;
  readonly #threads: Collection;
  readonly #events: Collection;
  readonly #entries = new Map<Execution, Entry>();
  readonly #changed = new Set<Entry>();
  readonly #machineKeys = new WeakMap<DeployedMachine, string>();

  constructor(storage: Storage) {
    this.#executions = storage.collection(COLLECTIONS.executions);
    this.#machines = storage.collection(COLLECTIONS.machines);
    this.#threads = storage.collection(COLLECTIONS.threads);
    this.#events = storage.collection(COLLECTIONS.events);
  }

  started(execution: Execution): void {
    this.#enlist(execution, { threads: [], pieces: 0, shared: [] });
    const { serial, arn, name, machine, inputText, startedAt } = execution;
    const stored = { serial, arn, name, machine: this.#keyOf(machine), inputText, startedAt };
    this.#executions.put(serialKey(serial), JSON.stringify(stored));
    this.moved(execution.root);
  }

  adopted(execution: Execution, written: Written): void {
    this.#keyOf(execution.machine);
    this.#enlist(execution, written);
  }

  moved(thread: Thread): void {
    const entry = this.#entries.get(thread.execution);
    if (entry === undefined) return;
    entry.moved.set(thread.path, thread);
    entry.dropped.delete(thread.path);
    this.#changed.add(entry);
  }

  dropped(execution: Execution, path: string): void {
    const entry = this.#entries.get(execution);
    if (entry === undefined) return;
    entry.moved.delete(path);
    entry.dropped.add(path);
    this.#changed.add(entry);
  }

  ended(execution: Execution): void {
    const entry = this.#entries.get(execution);
    if (entry === undefined) return;
    this.#entries.delete(execution);
    this.#changed.delete(entry);
    this.#executions.remove(entry.key);
    for (const path of entry.threads) this.#threads.remove(`${entry.key}/${path}`);
    for (let piece = 0; piece < entry.pieces; piece += 1) this.#events.remove(`${entry.key}/${serialKey(piece)}`);
  }

  flush(): void {
    for (const entry of this.#changed) this.#write(entry);
    this.#changed.clear();
  }

  #enlist(execution: Execution, { threads, pieces, shared }: Written): void {
    this.#entries.set(execution, {
      execution,
      key: serialKey(execution.serial),
      events: pieces === 0 ? 0 : execution.history.rows.length,
      pieces,
      writer: new HistoryWriter(shared),
      threads: new Set(threads),
      moved: new Map(),
      dropped: new Set(),
    });
  }

  #write(entry: Entry): void {
    const { rows } = entry.execution.history;
    if (rows.length > entry.events) {
      const piece = entry.writer.write(rows.slice(entry.events));
      this.#events.put(`${entry.key}/${serialKey(entry.pieces)}`, piece);
      entry.events = rows.length;
      entry.pieces += 1;
    }
    for (const [path, thread] of entry.moved) {
      this.#threads.put(`${entry.key}/${path}`, JSON.stringify(storedThread(thread)));
      entry.threads.add(path);
    }
    for (const path of entry.dropped) if (entry.threads.delete(path)) this.#threads.remove(`${entry.key}/${path}`);
    entry.moved.clear();
    entry.dropped.clear();
  }

  /** A machine is written once, however many of its executions run. */
  #keyOf(machine: DeployedMachine): string {
    const known = this.#machineKeys.get(machine);
    if (known !== undefined) return known;
    const { name, arn, definition, createdAt } = machine;
    const text = JSON.stringify({ name, arn, definition, createdAt });
    const key = createHash("sha256").update(text).digest("hex");
    this.#machines.put(key, text);
    this.#machineKeys.set(machine, key);
    return key;
  }
}
