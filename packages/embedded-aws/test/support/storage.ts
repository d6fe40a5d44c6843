import type { Collection, Storage, Stored } from "../../src/storage/storage.ts";

type Values = Map<string, Stored>;

/** A storage that keeps what it wrote in groups, and loses the rest when a test kills it. */
export class KillableStorage implements Storage {
  readonly #committed: Map<string, Values>;
  readonly #delay: () => number;
  #changes: { readonly name: string; readonly key: string; readonly value: Stored | null }[] = [];
  #group: PromiseWithResolvers<void> | null = null;
  #killed = false;
  /** Bytes and calls of `put` so far. */
  bytes = 0;
  puts = 0;

  /** @param delay turns of the event loop that writing a group takes */
  constructor(delay: () => number = () => 1, committed = new Map<string, Values>()) {
    this.#delay = delay;
    this.#committed = committed;
  }

  readonly collection = (name: string): Collection => ({
    entries: () => [...this.#values(name)].toSorted(([left], [right]) => (left < right ? -1 : 1)),
    put: (key, value) => {
      this.bytes += value.length;
      this.puts += 1;
      this.#change(name, key, value);
    },
    remove: (key) => this.#change(name, key, null),
  });

  readonly written = (): Promise<void> => this.#group?.promise ?? Promise.resolve();

  readonly close = async (): Promise<void> => {
    await this.written();
  };

  /** Ends this one: what is not written never will be. Gives the storage that the next process opens. */
  kill(): KillableStorage {
    this.#killed = true;
    return new KillableStorage(this.#delay, this.#committed);
  }

  /** How many values are written, by collection; empty ones are left out. */
  get sizes(): Readonly<Record<string, number>> {
    const filled = [...this.#committed].filter(([, values]) => values.size > 0);
    return Object.fromEntries(filled.map(([name, values]) => [name, values.size]));
  }

  #values(name: string): Values {
    const values = this.#committed.get(name) ?? new Map<string, Stored>();
    this.#committed.set(name, values);
    return values;
  }

  #change(name: string, key: string, value: Stored | null): void {
    this.#changes.push({ name, key, value });
    if (this.#group !== null) return;
    this.#group = Promise.withResolvers();
    this.#commitIn(this.#delay());
  }

  #commitIn(turns: number): void {
    setImmediate(() => {
      if (this.#killed) return;
      if (turns > 1) return this.#commitIn(turns - 1);
      for (const { name, key, value } of this.#changes) {
        if (value === null) this.#values(name).delete(key);
        else this.#values(name).set(key, value);
      }
      this.#changes = [];
      this.#group?.resolve();
      this.#group = null;
    });
  }
}
