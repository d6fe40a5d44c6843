/** Another process has the file open. */
export class StorageInUseError extends Error {
  override readonly name = "StorageInUseError";
  readonly code = "STORAGE_IN_USE";
  readonly file: string;

  constructor(file: string) {
    super(`Another run has ${file} open. Stop it, or give this run a data directory of its own.`);
    this.file = file;
  }
}

/** The file cannot be read or written as a whole any more: it is damaged, or no such file at all. */
export class StorageDamagedError extends Error {
  override readonly name = "StorageDamagedError";
  readonly code = "STORAGE_DAMAGED";
  readonly file: string;

  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${file} cannot be used: ${reason}. Put a copy in its place, or move it away to start with nothing.`, {
      cause,
    });
    this.file = file;
  }
}

/** What was put after the storage was closed. */
export class StorageClosedError extends Error {
  override readonly name = "StorageClosedError";
  readonly code = "STORAGE_CLOSED";
  readonly file: string;

  constructor(file: string) {
    super(`${file} is closed: what is put now would be lost. Stop what writes before the storage is closed.`);
    this.file = file;
  }
}
