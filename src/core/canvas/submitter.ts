import { CeleriacError } from "../errors.ts";
import type { Node } from "./node.ts";
import { nodeToJson } from "./write-node.ts";

/** What was submitted from code. */
export interface TaskHandle {
  /** The id whose result is the final value: of a chain its last task's, of a group its own, of a chord its body's. */
  readonly taskId: string;
}

/**
 * Sends a node; inside a task its supervisor does, elsewhere a client that was connected.
 * @param json the node as JSON text, in which all of it can be said.
 */
export type Submitter = (node: Node, json: string) => Promise<TaskHandle>;

let current: Submitter | null = null;

/** Says what sends the nodes that `delay` and `applyAsync` are called for. */
export function setSubmitter(submitter: Submitter | null): void {
  current = submitter;
}

/**
 * Submits a node.
 * @throws InvalidArguments or InvalidCanvas where JSON cannot say it, with the places; CeleriacError `not_connected` outside a task, where nobody was named by {@link setSubmitter}.
 */
export async function submitNode(node: Node): Promise<TaskHandle> {
  const json = nodeToJson(node);
  if (current !== null) return current(node, json);
  const what = "task" in node ? node.task : `A ${Object.keys(node).join()}`;
  throw new CeleriacError(
    "not_connected",
    `${what} was called outside a task. Call connect() of "celeriac/client" first.`,
  );
}
