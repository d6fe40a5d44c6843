import { StatesError } from "./failure.ts";
import { type Json, jsonBytes, MAX_DATA_BYTES } from "./json.ts";
import { type DataScope, type Path, readPath, writePath } from "./path.ts";

/**
 * What InputPath or OutputPath selects; a null path gives `{}`. Throws States.Runtime for a path that leads nowhere.
 */
export function select(path: Path | null, scope: DataScope): Json {
  if (path === null) return {};
  const value = readPath(path, scope);
  if (value !== undefined) return value;
  throw new StatesError("States.Runtime", `Invalid path '${path.text}': there is nothing at that path in the input.`);
}

/** A result placed in a state's input by ResultPath; a null path leaves the input alone. */
export function place(result: Json, path: Path | null, input: Json): Json {
  if (path === null) return input;
  const placed = writePath(path.steps, input, result);
  if (placed !== undefined) return placed;
  throw new StatesError(
    "States.ResultPathMatchFailure",
    `Unable to apply step "${path.text}" to input ${JSON.stringify(input)}`,
  );
}

/** Throws States.DataLimitExceeded for more than 256 KiB; `producer` is the state or resource, as AWS words it. */
export function assertWithinLimit(value: Json, producer: string): void {
  if (jsonBytes(value) <= MAX_DATA_BYTES) return;
  throw new StatesError(
    "States.DataLimitExceeded",
    `The state/task '${producer}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}
