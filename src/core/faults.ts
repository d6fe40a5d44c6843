import type { z } from "zod";
import { pointer } from "./json.ts";

/** One thing that is wrong with an input. */
export interface Fault {
  /** A JSON Pointer into the input. */
  readonly path: string;
  /** What is wrong, as the end of a sentence that begins with the path. */
  readonly message: string;
}

/** A better message for an issue at a place, or null. */
export type FindMessage = (path: readonly PropertyKey[], issue: z.core.$ZodIssue) => string | null;

/**
 * Every fault of a failed parse, the first of each place, with `prefix` before each path. An unknown key is a fault at
 * the key.
 * @param find gives another message for an issue. @default zod's
 */
export function faultsOf(
  error: z.core.$ZodError,
  prefix: readonly PropertyKey[] = [],
  find: FindMessage = () => null,
): Fault[] {
  const faults = error.issues.flatMap((issue) => issueFaults(issue, prefix, find));
  return [...new Map(faults.toReversed().map((fault) => [fault.path, fault])).values()].toReversed();
}

function issueFaults(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[], find: FindMessage): Fault[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: pointer([...path, key]), message: "is not a known key" }));
  }
  if (issue.code === "invalid_union") return unionFaults(issue, path, find);
  return [{ path: pointer(path), message: find(path, issue) ?? issue.message }];
}

/**
 * Of a union, the faults of the alternative that came closest: the one whose first fault lies deepest, then the one
 * with the fewest.
 */
function unionFaults(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[], find: FindMessage): Fault[] {
  const [closest] = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length);
  if (closest === undefined || depth(closest) === 0)
    return [{ path: pointer(path), message: find(path, issue) ?? issue.message }];
  return closest.flatMap((inner) => issueFaults(inner, path, find));
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}
