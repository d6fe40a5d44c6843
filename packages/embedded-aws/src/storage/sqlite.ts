import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StorageClosedError, StorageDamagedError, StorageInUseError } from "./errors.ts";
import type { Collection, Storage, Stored } from "./storage.ts";

/** Milliseconds after which a group that could not be written is tried again. */
const RETRY = 250;

/** Pages (4 KiB) that the log grows by before it is carried into the database: it costs an fsync each time. */
const CHECKPOINT_PAGES = 4000;

/** SQLite's primary result codes. https://www.sqlite.org/rescode.html */
const BUSY = 5;
const IO_ERROR = 10;
const FULL = 13;
const CANNOT_OPEN = 14;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, collection INTEGER NOT NULL, key TEXT NOT NULL, value ANY NOT NULL, UNIQUE (collection, key)
  ) STRICT`;

/** What a collection has been told since the last group: null for what was removed. */
type Changes = Map<string, Stored | null>;

/** Tells that writing fails for the moment, and that it works again. */
export type Warn = (line: string) => void;

/**
 * A storage in one SQLite file, which is made with its directory where there is none. It is locked for as long as it is
 * open; a process that is killed leaves no lock. `kill -9` loses nothing that `written` resolved for (WAL,
 * synchronous=NORMAL); a power cut may take the last moments.
 * @throws StorageInUseError, StorageDamagedError
 */
export function openSqliteStorage(file: string, warn: Warn = console.warn): Storage {
  mkdirSync(dirname(file), { recursive: true });
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    return createSqliteStorage(database, file, warn);
  } catch (error) {
    if (database?.isOpen === true) database.close();
    throw openingError(file, error);
  }
}

/**
 * A storage in an open database, which it owns from then on.
 * @param file what messages call the database
 * @throws what SQLite says of a database that is locked or damaged
 */
export function createSqliteStorage(database: DatabaseSync, file: string, warn: Warn): Storage {
  // Exclusive: the lock is held until the end, and there is no file of shared memory that a kill leaves behind.
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  database.exec(SCHEMA);
  const put = database.prepare(
    "INSERT INTO entries (collection, key, value) VALUES (?, ?, ?) ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value",
  );
  const remove = database.prepare("DELETE FROM entries WHERE collection = ? AND key = ?");
  const pending = new Map<number, Changes>();
  /** Ends when the group that is being gathered is written. */
  let group: PromiseWithResolvers<void> | null = null;
  let retrying: NodeJS.Timeout | null = null;
  let damage: StorageDamagedError | null = null;
  let closed = false;

  function gather(collection: Changes, key: string, value: Stored | null): void {
    if (closed) throw new StorageClosedError(file);
    collection.set(key, value);
    if (group !== null) return;
    group = Promise.withResolvers();
    // A failure that nobody waits for is told by the next call of `written`.
    group.promise.catch(() => {});
    setImmediate(flush);
  }

  function flush(): void {
    if (group === null || retrying !== null || damage !== null) return;
    try {
      write();
    } catch (error) {
      fail(error);
      return;
    }
    for (const changes of pending.values()) changes.clear();
    group.resolve();
    group = null;
  }

  function write(): void {
    database.exec("BEGIN IMMEDIATE");
    try {
      for (const [collection, changes] of pending) {
        for (const [key, value] of changes) {
          if (value === null) remove.run(collection, key);
          else put.run(collection, key, value);
        }
      }
      database.exec("COMMIT");
    } catch (error) {
      // SQLite itself has rolled back after some errors, a full disk among them.
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Nothing is lost by a failure: what was to be written is kept, and what comes meanwhile joins it. */
  function fail(error: unknown): void {
    if (!passes(error)) {
      damage = new StorageDamagedError(file, error);
      warn(damage.message);
      group?.reject(damage);
      return;
    }
    if (!warned)
      warn(`${file} cannot be written now: ${messageOf(error)}. It is tried again until it can; answers wait.`);
    warned = true;
    retrying = setTimeout(() => {
      retrying = null;
      flush();
      if (retrying === null && damage === null) recovered();
    }, RETRY);
  }

  let warned = false;
  function recovered(): void {
    warned = false;
    warn(`${file} can be written again: nothing was lost.`);
  }

  const collection = (name: string): Collection => {
    const id = identify(database, name);
    const changes: Changes = pending.get(id) ?? new Map();
    pending.set(id, changes);
    return {
      entries: () => readEntries(database, id, file),
      put: (key, value) => gather(changes, key, value),
      remove: (key) => gather(changes, key, null),
    };
  };

  const written = (): Promise<void> => {
    if (damage !== null) return Promise.reject(damage);
    return group?.promise ?? Promise.resolve();
  };

  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    flush();
    await written().finally(() => database.close());
  };

  return { collection, written, close };
}

/** A collection's number in the file: shorter in each row than its name. */
function identify(database: DatabaseSync, name: string): number {
  database.prepare("INSERT INTO collections (name) VALUES (?) ON CONFLICT DO NOTHING").run(name);
  const row = database.prepare("SELECT id FROM collections WHERE name = ?").get(name);
  const id = row?.["id"];
  if (typeof id !== "number") throw new Error(`The collection ${name} has no number.`);
  return id;
}

function* readEntries(database: DatabaseSync, id: number, file: string): Generator<readonly [string, Stored]> {
  const rows = database.prepare("SELECT key, value FROM entries WHERE collection = ? ORDER BY key").iterate(id);
  try {
    for (const { key, value } of rows) {
      const stored = typeof value === "string" || value instanceof Uint8Array;
      if (typeof key === "string" && stored) yield [key, value];
    }
  } catch (error) {
    throw resultOf(error) === null ? error : new StorageDamagedError(file, error);
  }
}

function openingError(file: string, error: unknown): unknown {
  const result = resultOf(error);
  if (result === null) return error;
  return result === BUSY ? new StorageInUseError(file) : new StorageDamagedError(file, error);
}

/** Whether a failure can end by itself: the disk is full or away, or something holds the file for a moment. */
function passes(error: unknown): boolean {
  const result = resultOf(error);
  return result === FULL || result === IO_ERROR || result === BUSY || result === CANNOT_OPEN;
}

/** SQLite's primary result code; null for an error that is not SQLite's. */
function resultOf(error: unknown): number | null {
  const isSqlite = error instanceof Error && "errcode" in error && typeof error.errcode === "number";
  // The upper bits tell more of the same.
  // oxlint-disable-next-line no-bitwise
  return isSqlite && typeof error.errcode === "number" ? error.errcode & 0xff : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
