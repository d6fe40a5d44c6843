import { type Step, nodeOf } from "../define/builders.ts";
import { DefinitionError } from "../errors.ts";
import type { Node } from "../canvas/node.ts";

const BRAND = Symbol.for("celeriac.workflow");

/** A canvas under a name, compiled at synth into a state machine of its own. */
export interface Workflow {
  readonly [BRAND]: true;
  /** Its machine's name ends in it, and `POST /workflows/{name}` runs it. */
  readonly name: string;
  readonly node: Node;
}

/**
 * Lower case: it is in the machine's name and in a path. 40 characters leave room for `celeriac-<stage>-workflow-` in
 * the 80 of a machine's name.
 */
const WORKFLOW_NAME = /^[a-z][a-z0-9_-]{0,39}$/;

/**
 * Names a canvas. Export what it returns from `functions/workflows/<file>.ts`, or from a task module; nothing else is
 * needed.
 * @param canvas what `chain`, `group` or `chord` returns, a signature, or a task.
 * @throws DefinitionError for a name that a machine or a path cannot have.
 */
export function defineWorkflow(name: string, canvas: Step): Workflow {
  if (!WORKFLOW_NAME.test(name)) {
    throw new DefinitionError(
      `"${name}" is no workflow name: expected a lower-case letter, then at most 39 lower-case letters, digits, "-" and "_", such as "etl".`,
    );
  }
  return { [BRAND]: true, name, node: nodeOf(canvas) };
}

/** Whether `value` is what {@link defineWorkflow} returned, also from another copy of this module. */
export function isWorkflow(value: unknown): value is Workflow {
  return typeof value === "object" && value !== null && BRAND in value;
}
