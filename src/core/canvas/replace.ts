import { CeleriacError } from "../errors.ts";

/** What `self.replace` throws: not a failure, but the way out of the task. */
export class Replace extends CeleriacError {
  /** What runs in its place: a node as JSON text. */
  readonly json: string;
  constructor(json: string) {
    super("replace", "The task replaced itself.");
    this.json = json;
  }
}
