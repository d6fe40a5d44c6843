import { CeleriacError } from "../errors.ts";
import type { Node } from "./node.ts";

/** What was submitted from code. */
export interface TaskHandle {
  /** The id whose result is the final value: of a chain its last task's, of a group its own, of a chord its body's. */
  readonly taskId: string;
}

/** Sends a node; inside a task its supervisor does, elsewhere a client that was connected. */
export type Submitter = (node: Node) => Promise<TaskHandle>;

let current: Submitter | null = null;

/** Says what sends the nodes that `delay` and `applyAsync` are called for. */
export function setSubmitter(submitter: Submitter | null): void {
  current = submitter;
}

/**
 * Submits a node.
 * @throws CeleriacError `not_connected` outside a task, where nobody was named by {@link setSubmitter}.
 */
export async function submitNode(node: Node): Promise<TaskHandle> {
  if (current !== null) return current(node);
  const what = "task" in node ? node.task : `A ${Object.keys(node).join()}`;
  throw new CeleriacError(
    "not_connected",
    `${what} was called outside a task. Call connect() of "celeriac/client" first.`,
  );
}
