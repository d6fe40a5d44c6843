import { InvalidCanvas } from "../errors.ts";
import { parseNode } from "../canvas/parse-node.ts";
import { CodeTaskNodeSchema } from "../canvas/task-schema.ts";
import { type Canvas, canvasOf } from "./builders.ts";

/**
 * The canvas that `value` is the node of, as the HTTP contract and `.node` have it.
 * @throws InvalidCanvas naming every fault.
 */
export function fromNode(value: unknown): Canvas {
  const parsed = parseNode(value, [], CodeTaskNodeSchema);
  if (parsed.node === null) throw new InvalidCanvas(parsed.faults);
  return canvasOf(parsed.node);
}
