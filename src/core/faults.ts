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
 * Of a union, the faults of the alternative that came closest: the one whose first fault lies deepest, then one that
 * takes values of this type, then the one with the fewest. Where none is of its type, what they expect.
 */
function unionFaults(issue: z.core.$ZodIssueInvalidUnion, path: readonly PropertyKey[], find: FindMessage): Fault[] {
  const [closest] = issue.errors.toSorted(
    (a, b) => depth(b) - depth(a) || Number(isOther(a)) - Number(isOther(b)) || a.length - b.length,
  );
  if (closest !== undefined && !isOther(closest)) return closest.flatMap((inner) => issueFaults(inner, path, find));
  const message = find(path, issue) ?? expectation(issue.errors.flat()) ?? issue.message;
  return [{ path: pointer(path), message }];
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

/** Whether an alternative is of another type than the value, so that its faults say nothing of the value. */
function isOther(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.some(({ path, code }) => path.length === 0 && OTHER.has(code));
}

const OTHER: ReadonlySet<string> = new Set(["invalid_type", "invalid_value", "invalid_union"]);

/** What the alternatives of a union expect, in words; null where one cannot be said so. */
function expectation(issues: readonly z.core.$ZodIssue[]): string | null {
  const expected = issues.map((issue) => {
    if (issue.code === "invalid_type") return issue.expected;
    return issue.code === "invalid_value" ? issue.values.map((value) => JSON.stringify(value)).join(", ") : null;
  });
  if (expected.length === 0 || expected.includes(null)) return null;
  return `Invalid input: expected ${[...new Set(expected)].join(" or ")}`;
}
