/** One step into a document: an attribute's name (`#` before one that stands for another) or a place in a list. */
export type Step = string | number;

/** A way to an attribute, as it is written. */
export type Path = readonly Step[];

/** What a comparison or an assignment takes. */
export type Operand =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "value"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Operand[] }
  | { readonly kind: "arithmetic"; readonly sign: "+" | "-"; readonly left: Operand; readonly right: Operand };

/** The operators that compare two operands. */
export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

/** A condition, as it is written. */
export type Condition =
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly inner: Condition }
  | { readonly kind: "compare"; readonly operator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: "between"; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: "in"; readonly operand: Operand; readonly options: readonly Operand[] }
  | { readonly kind: "test"; readonly name: string; readonly args: readonly Operand[] };

/** One action of an update. */
export type Action =
  | { readonly kind: "SET"; readonly path: Path; readonly value: Operand }
  | { readonly kind: "REMOVE"; readonly path: Path }
  | { readonly kind: "ADD" | "DELETE"; readonly path: Path; readonly value: string };

/** What was parsed, with the placeholders that it uses. */
export interface Parsed<T> {
  readonly tree: T;
  readonly names: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  /** The first steps of its paths. */
  readonly roots: ReadonlySet<string>;
}
