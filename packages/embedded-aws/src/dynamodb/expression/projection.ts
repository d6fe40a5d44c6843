import { type AttributeValue, type Item, attribute, setAttribute } from "../values.ts";
import { type BoundPath, type Names, bindPath, refuseOverlaps } from "./paths.ts";
import type { Path, Step } from "./syntax.ts";

/** Picks what an expression asks for out of an item. */
export type Projection = (item: Item) => Item;

/** What is wanted below a step: all of it, or parts by their steps. */
type Wanted = "all" | Map<Step, Wanted>;

/** Makes a function of a projection. @throws ServiceError for paths that overlap */
export function compileProjection(paths: readonly Path[], names: Names): Projection {
  const bound = paths.map((path) => bindPath(path, names));
  refuseOverlaps("ProjectionExpression", bound);
  return projectionOf(bound);
}

/** Picks these paths; of a list, the chosen members in their order, without gaps. */
export function projectionOf(paths: readonly BoundPath[]): Projection {
  const wanted = new Map<Step, Wanted>();
  for (const path of paths) add(wanted, path);
  return (item) => pickFromMap(item, wanted);
}

function add(wanted: Map<Step, Wanted>, [first, ...others]: readonly Step[]): void {
  if (first === undefined) return;
  if (others.length === 0) return void wanted.set(first, "all");
  let below = wanted.get(first);
  if (below === "all") return;
  if (below === undefined) wanted.set(first, (below = new Map()));
  add(below, others);
}

function pickFromMap(map: Item, wanted: ReadonlyMap<Step, Wanted>): Item {
  const result: Record<string, AttributeValue> = {};
  for (const [step, below] of wanted) {
    const value = typeof step === "string" ? attribute(map, step) : undefined;
    const picked = value === undefined ? undefined : pick(value, below);
    if (picked !== undefined) setAttribute(result, String(step), picked);
  }
  return result;
}

function pick(value: AttributeValue, wanted: Wanted): AttributeValue | undefined {
  if (wanted === "all") return value;
  if ("M" in value) {
    const M = pickFromMap(value.M, wanted);
    return Object.keys(M).length === 0 ? undefined : { M };
  }
  if (!("L" in value)) return undefined;
  const L = value.L.map((member, index) => {
    const below = wanted.get(index);
    return below === undefined ? undefined : pick(member, below);
  }).filter((member) => member !== undefined);
  return L.length === 0 ? undefined : { L };
}
