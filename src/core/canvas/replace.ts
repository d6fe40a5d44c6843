import { CeleriacError } from "../errors.ts";
import type { Node } from "./node.ts";

/** What `self.replace` throws: not a failure, but the way out of the task. */
export class Replace extends CeleriacError {
  /** What runs in its place. */
  readonly node: Node;
  constructor(node: Node) {
    super("replace", "The task replaced itself.");
    this.node = node;
  }
}
