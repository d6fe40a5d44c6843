import { type Predicate, compileCondition } from "./condition.ts";
import { type KeyConditions, compileKeyCondition } from "./key-condition.ts";
import type { Check, Compiling } from "./operands.ts";
import { parseCondition, parseProjection, parseUpdate } from "./parse.ts";
import type { Names } from "./paths.ts";
import { type Projection, compileProjection } from "./projection.ts";
import type { Parsed } from "./syntax.ts";
import { type ExpressionName, wrong } from "./tokens.ts";
import { type Update, compileUpdate } from "./update.ts";

/** An expression, compiled with the names that its placeholders stand for. */
export interface Compiled<T> {
  readonly run: T;
  readonly checks: readonly Check[];
  /** The placeholders that it uses. */
  readonly names: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  /** The attributes that its paths begin with. */
  readonly attributes: ReadonlySet<string>;
}

/** Compiled expressions by their texts. */
export interface Expressions {
  readonly ConditionExpression: (text: string, names: Names) => Compiled<Predicate>;
  readonly FilterExpression: (text: string, names: Names) => Compiled<Predicate>;
  readonly KeyConditionExpression: (text: string, names: Names) => Compiled<KeyConditions>;
  readonly ProjectionExpression: (text: string, names: Names) => Compiled<Projection>;
  readonly UpdateExpression: (text: string, names: Names) => Compiled<Update>;
}

/**
 * Texts that each kind of expression is kept for. A program has some dozens; one that writes values into them gets no
 * slower than without.
 */
const TEXTS = 1_000;
/** Sets of names that a text is kept with. */
const VARIANTS = 20;

/** Keeps what was compiled, a bounded number of texts of each kind. */
export function createExpressions(): Expressions {
  return {
    ConditionExpression: cached("ConditionExpression", parseCondition, compileCondition),
    FilterExpression: cached("FilterExpression", parseCondition, compileCondition),
    KeyConditionExpression: cached("KeyConditionExpression", parseCondition, compileKeyCondition),
    ProjectionExpression: cached("ProjectionExpression", parseProjection, (paths, { names }) =>
      compileProjection(paths, names),
    ),
    UpdateExpression: cached("UpdateExpression", parseUpdate, compileUpdate),
  };
}

interface Kept<Tree, T> {
  readonly parsed: Parsed<Tree>;
  readonly variants: Map<string, Compiled<T>>;
}

function cached<Tree, T>(
  where: ExpressionName,
  parse: (where: ExpressionName, text: string) => Parsed<Tree>,
  compile: (tree: Tree, context: Compiling) => T,
): (text: string, names: Names) => Compiled<T> {
  const kept = new Map<string, Kept<Tree, T>>();
  return (text, names) => {
    let found = kept.get(text);
    if (found === undefined) {
      found = { parsed: parse(where, text), variants: new Map() };
      put(kept, text, found, TEXTS);
    }
    const { parsed, variants } = found;
    const variant = variantOf(where, parsed.names, names);
    const known = variants.get(variant);
    if (known !== undefined) return known;
    const checks: Check[] = [];
    const run = compile(parsed.tree, { where, names, checks });
    const attributes = new Set([...parsed.roots].map((root) => names[root] ?? root));
    const compiled = { run, checks, names: parsed.names, values: parsed.values, attributes };
    put(variants, variant, compiled, VARIANTS);
    return compiled;
  };
}

/** The names in one text. A length before each keeps apart what would be the same together. */
function variantOf(where: ExpressionName, used: ReadonlySet<string>, names: Names): string {
  let variant = "";
  for (const placeholder of used) {
    const name = Object.hasOwn(names, placeholder) ? names[placeholder] : undefined;
    if (name === undefined) {
      const which = `attribute name: ${placeholder}`;
      throw wrong(where, `An expression attribute name used in the document path is not defined; ${which}`);
    }
    variant += `${name.length}:${name}`;
  }
  return variant;
}

function put<V>(map: Map<string, V>, key: string, value: V, limit: number): void {
  if (map.size >= limit) {
    const oldest = map.keys().next();
    if (oldest.done !== true) map.delete(oldest.value);
  }
  map.set(key, value);
}
