import { InvalidArguments, InvalidCanvas } from "../errors.ts";
import { writeJson } from "../write-json.ts";
import type { Node } from "./node.ts";

/**
 * The JSON text of a node that code made.
 * @throws InvalidArguments where JSON cannot say the arguments of a task, with their places; InvalidCanvas where it
 *   cannot say those of a canvas, or options.
 */
export function nodeToJson(node: Node): string {
  const { json, faults } = writeJson(node);
  if (json !== null) return json;
  const areArguments = faults.every(({ path }) => /^\/(kw)?args\b/.test(path));
  throw "task" in node && areArguments ? new InvalidArguments(node.task, faults) : new InvalidCanvas(faults);
}
