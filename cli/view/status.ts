import { isFinal, isWaiting } from "../../src/core/record/states.ts";
import type { Style } from "./paint.ts";

const STYLES: Readonly<Record<string, Style>> = {
  PENDING: "dim",
  RETRY: "yellow",
  SUCCESS: "green",
  FAILURE: "red",
  REVOKED: "magenta",
};

/** How a status is painted: what runs, under whatever name, in cyan. */
export function styleOf(status: string): Style {
  return STYLES[status] ?? "cyan";
}

const MARKS: Readonly<Record<string, string>> = { SUCCESS: "✓", FAILURE: "✗", REVOKED: "⊘", RETRY: "↻" };

/** One character for a status. */
export function markOf(status: string): string {
  return MARKS[status] ?? (isWaiting(status) ? "○" : "●");
}

/** Whether a task or group that is in this state has ended. */
export const hasEnded = isFinal;
