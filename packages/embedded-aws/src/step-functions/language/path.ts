import { isJsonArray, isJsonObject, type Json, type JsonObject } from "./json.ts";

/** What paths and expressions are evaluated against. */
export interface DataScope {
  /** `$` */
  readonly input: Json;
  /** `$$`, made when it is first asked for. */
  readonly context: () => JsonObject;
}

/** A path to one value: dotted fields, `['field']` and `[index]`. */
export interface Path {
  readonly text: string;
  readonly root: "$" | "$$";
  readonly steps: readonly (string | number)[];
}

/** A step: `.name`, `['name']`, `["name"]` or `[0]`. */
const STEP =
  /\.(?<dotted>[^\s.[\]()*?@:,'"$&|!<>=]+)|\[(?:'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<index>\d{1,9}))\]/uy;

/**
 * Parses a path. Throws an Error that names what is not served: wildcards, filters, slices, unions, descent and
 * negative indexes, all of which AWS has and the project's definitions leave alone.
 */
export function parsePath(text: string): Path {
  const root = text.startsWith("$$") ? "$$" : "$";
  if (!text.startsWith("$")) throw new Error(`"${text}" isn't a path: it must begin with $ or $$.`);
  const steps: (string | number)[] = [];
  let at = root.length;
  while (at < text.length) {
    STEP.lastIndex = at;
    const groups = STEP.exec(text)?.groups;
    if (groups === undefined) {
      throw new Error(
        `"${text.slice(at)}" in the path "${text}" isn't served by the embedded Step Functions; ` +
          "it knows .field, ['field'] and [index] (no wildcards, filters, slices or negative indexes).",
      );
    }
    const { dotted, single, double, index } = groups;
    steps.push(index === undefined ? (dotted ?? unescape(single ?? double ?? "")) : Number(index));
    at = STEP.lastIndex;
  }
  return { text, root, steps };
}

function unescape(text: string): string {
  return text.replaceAll(/\\(?<kept>.)/gsu, "$<kept>");
}

/** The value at a path; undefined where there is none. */
export function readPath(path: Path, scope: DataScope): Json | undefined {
  let value: Json | undefined = path.root === "$" ? scope.input : scope.context();
  for (const step of path.steps) {
    if (typeof step === "number") value = isJsonArray(value) ? value[step] : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}

/**
 * A copy of `target` with `value` at the path; only what lies on the path is copied. Missing objects are made.
 * Undefined where the path cannot lead: through something other than an object, or an index past the end of its list.
 */
export function writePath(
  steps: readonly (string | number)[],
  target: Json | undefined,
  value: Json,
): Json | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof step === "number") {
    if (!isJsonArray(target) || step >= target.length) return undefined;
    const item = writePath(rest, target[step], value);
    return item === undefined ? undefined : target.with(step, item);
  }
  if (target !== undefined && !isJsonObject(target)) return undefined;
  const inner = target !== undefined && Object.hasOwn(target, step) ? target[step] : undefined;
  const field = writePath(rest, inner, value);
  return field === undefined ? undefined : { ...target, [step]: field };
}
