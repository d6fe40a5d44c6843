import { invalid } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { depthOf } from "../size.ts";
import { type AttributeValue, type Item, attribute, setAttribute } from "../values.ts";
import type { BoundPath } from "./paths.ts";
import type { Step } from "./syntax.ts";

/**
 * Puts a value at a path of a copy that is being made; all below its first step is shared until then. @throws
 * ServiceError for a way that is not there
 */
export function setAt(draft: Record<string, AttributeValue>, path: BoundPath, value: AttributeValue): void {
  const [name, ...others] = path;
  if (others.length === 0) return setAttribute(draft, name, value);
  // A value that is moved may be deep where it comes from already.
  if (others.length + depthOf(value) >= LIMITS.nesting) throw tooDeep();
  setAttribute(draft, name, setBelow(attribute(draft, name), others, value));
}

/** A copy of the item without what is at the path. */
export function removeAt(item: Item, [name, ...others]: BoundPath): Item {
  const value = attribute(item, name);
  if (value === undefined) return item;
  if (others.length === 0) return withoutAttribute(item, name);
  return withAttribute(item, name, removeBelow(value, others));
}

/** Refuses a path of which all but the last step is to be there already. */
export function pathExists(item: Item, path: BoundPath): void {
  let value = attribute(item, path[0]);
  for (let i = 1; i < path.length; i++) {
    const step = path[i];
    if (value === undefined) throw invalidPath();
    if (typeof step === "number") {
      if (!("L" in value)) throw invalidPath();
      value = value.L[step];
    } else {
      if (!("M" in value)) throw invalidPath();
      value = attribute(value.M, step ?? "");
    }
  }
}

function setBelow(
  parent: AttributeValue | undefined,
  [step, ...others]: readonly Step[],
  value: AttributeValue,
): AttributeValue {
  if (parent === undefined || step === undefined) throw invalidPath();
  if (typeof step === "number") {
    if (!("L" in parent)) throw invalidPath();
    const L = [...parent.L];
    // Beyond the end means at the end: lists have no gaps.
    const at = Math.min(step, L.length);
    L[at] = others.length === 0 ? value : setBelow(L[step], others, value);
    return { L };
  }
  if (!("M" in parent)) throw invalidPath();
  const below = others.length === 0 ? value : setBelow(attribute(parent.M, step), others, value);
  return { M: withAttribute(parent.M, step, below) };
}

function removeBelow(parent: AttributeValue, [step, ...others]: readonly Step[]): AttributeValue {
  if (typeof step === "number" && "L" in parent) {
    const member = parent.L[step];
    if (member === undefined) return parent;
    const L = [...parent.L];
    if (others.length === 0) L.splice(step, 1);
    else L[step] = removeBelow(member, others);
    return { L };
  }
  if (typeof step !== "string" || !("M" in parent)) return parent;
  const value = attribute(parent.M, step);
  if (value === undefined) return parent;
  return {
    M:
      others.length === 0
        ? withoutAttribute(parent.M, step)
        : withAttribute(parent.M, step, removeBelow(value, others)),
  };
}

function withAttribute(item: Item, name: string, value: AttributeValue): Item {
  const copy: Record<string, AttributeValue> = { ...item };
  setAttribute(copy, name, value);
  return copy;
}

function withoutAttribute(item: Item, name: string): Item {
  const { [name]: _, ...others } = item;
  return others;
}

function invalidPath(): Error {
  return invalid("The document path provided in the update expression is invalid for update");
}

function tooDeep(): Error {
  const limit = "Attributes in the item have nested levels beyond supported limit";
  return invalid(`Nesting Levels have exceeded supported limits: ${limit}`);
}
