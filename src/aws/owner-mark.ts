import { createHash } from "node:crypto";
import { type Owner, readsAll, scopeOf } from "../core/record/caller.ts";

/** Metadata by their names. */
type Metadata = Readonly<Record<string, string>>;

/** The metadata of an object that say whose it is: all who see the same tasks share it. Names are not told. */
export function ownerMark(owner: Owner | null): Metadata {
  return owner === null ? {} : { owner: createHash("sha256").update(scopeOf({ owner })).digest("hex") };
}

/**
 * Whether what `reader` submits may read an object with these metadata. One without an owner is for those who read all.
 */
export function mayRead(reader: Owner | null, metadata: Metadata | undefined): boolean {
  return readsAll(reader) || metadata?.["owner"] === ownerMark(reader)["owner"];
}

let running: Owner | null = null;

/** Says for whom the task runs that this process runs now, one at a time. */
export function runFor(owner: Owner | null): void {
  running = owner;
}

/** For whom the task runs that this process runs. */
export function runningFor(): Owner | null {
  return running;
}
