/** A value as it is kept: JSON or other text, or bytes. */
export type Stored = string | Uint8Array;

/** Named values of one kind that outlive a run with a data directory. */
export interface Collection {
  /** What an earlier run left, in the order of the keys. Read once, at the start. */
  readonly entries: () => Iterable<readonly [key: string, value: Stored]>;
  /** Takes effect in memory at once, on disk with the next group of writes. */
  readonly put: (key: string, value: Stored) => void;
  readonly remove: (key: string) => void;
}

/**
 * Where the services keep what must outlive the process. Their own maps are what they read; this is written behind
 * them, in groups, each group whole or not at all, all that one turn of the event loop puts and removes in one group,
 * in the order of the calls: so a kill at any moment leaves a state that was true once, and no answer was given for
 * more.
 */
export interface Storage {
  /** False where nothing outlives the process: what is put need not even be made. Default: true. */
  readonly durable?: boolean;
  /** The collection of this name, such as `sqs/messages`. One owner each. */
  readonly collection: (name: string) => Collection;
  /** Resolves when all that was put and removed until now is on disk. The gateway waits for it before it answers. */
  readonly written: () => Promise<void>;
  /** Writes what is left, and closes. */
  readonly close: () => Promise<void>;
}

const NOTHING: Collection = { entries: () => [], put: () => {}, remove: () => {} };

/** A storage that keeps nothing: what a run without a data directory has. */
export function createVolatileStorage(): Storage {
  return {
    durable: false,
    collection: () => NOTHING,
    written: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** True for a collection that keeps nothing: an owner need not write out what it would put there. */
export function keepsNothing(collection: Collection): boolean {
  return collection === NOTHING;
}
