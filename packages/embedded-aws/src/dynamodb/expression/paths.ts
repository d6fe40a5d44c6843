import { type AttributeValue, type Item, attribute } from "../values.ts";
import type { Path, Step } from "./syntax.ts";
import { type ExpressionName, wrong } from "./tokens.ts";

/** The names that placeholders stand for. */
export type Names = Readonly<Record<string, string>>;

/** A path whose first step is a name, without placeholders. */
export type BoundPath = readonly [string, ...Step[]];

/** Puts names for placeholders. They were checked to be there. */
export function bindPath(path: Path, names: Names): BoundPath {
  const [first = "", ...others] = path.map((step) => bound(step, names));
  return [String(first), ...others];
}

function bound(step: Step, names: Names): Step {
  return typeof step === "string" && step.startsWith("#") ? (names[step] ?? step) : step;
}

/** What is at the end of a path, if all of it is there. */
export function valueAt(item: Item, path: BoundPath): AttributeValue | undefined {
  let value = attribute(item, path[0]);
  for (let i = 1; i < path.length && value !== undefined; i++) {
    const step = path[i];
    if (typeof step === "number") value = "L" in value ? value.L[step] : undefined;
    else value = step !== undefined && "M" in value ? attribute(value.M, step) : undefined;
  }
  return value;
}

/** Refuses paths of which one leads through another, or that take one value for a map and for a list. */
export function refuseOverlaps(where: ExpressionName, paths: readonly BoundPath[]): void {
  for (let i = 1; i < paths.length; i++) {
    for (let j = 0; j < i; j++) {
      const one = paths[j];
      const two = paths[i];
      if (one === undefined || two === undefined) continue;
      const clash = clashOf(one, two);
      if (clash === undefined) continue;
      const which = `path one: ${shown(one)}, path two: ${shown(two)}`;
      throw wrong(
        where,
        `Two document paths ${clash} with each other; must remove or rewrite one of these paths; ${which}`,
      );
    }
  }
}

function clashOf(one: BoundPath, two: BoundPath): "overlap" | "conflict" | undefined {
  const shared = Math.min(one.length, two.length);
  for (let i = 0; i < shared; i++) {
    if (one[i] === two[i]) continue;
    return typeof one[i] === typeof two[i] ? undefined : "conflict";
  }
  return "overlap";
}

/** A path as errors show it: `[list, [0], name]`. */
export function shown(path: BoundPath): string {
  return `[${path.map((step) => (typeof step === "number" ? `[${step}]` : step)).join(", ")}]`;
}
