import { StatesError } from "./failure.ts";
import { intrinsics, type IntrinsicSources } from "./intrinsics.ts";
import type { Json } from "./json.ts";
import { type DataScope, parsePath, type Path, readPath } from "./path.ts";

/** What a field whose name ends in `.$` holds: a path, or an intrinsic function over further ones. */
export type Expression =
  | { readonly kind: "path"; readonly path: Path }
  | { readonly kind: "literal"; readonly value: Json }
  | { readonly kind: "call"; readonly name: string; readonly operands: readonly Expression[] };

/** A scope in which intrinsic functions can be called too. */
export interface ExpressionScope extends DataScope, IntrinsicSources {}

/** Parses a path or an intrinsic function. Throws an Error that says what is not served. */
export function parseExpression(text: string): Expression {
  if (!text.startsWith("States.")) return { kind: "path", path: parsePath(text) };
  const parser = new CallParser(text);
  const expression = parser.operand();
  parser.end();
  return expression;
}

/**
 * The expression's value. Throws a StatesError: States.Runtime for a path that leads nowhere, with the field's name.
 */
export function evaluate(expression: Expression, scope: ExpressionScope, field: string): Json {
  if (expression.kind === "literal") return expression.value;
  if (expression.kind === "path") {
    const value = readPath(expression.path, scope);
    if (value !== undefined) return value;
    const input = expression.path.root === "$" ? scope.input : scope.context();
    throw new StatesError(
      "States.Runtime",
      `The JSONPath '${expression.path.text}' specified for the field '${field}' could not be found in the input ` +
        `'${JSON.stringify(input)}'`,
    );
  }
  const values = expression.operands.map((operand) => evaluate(operand, scope, field));
  const intrinsic = intrinsics.get(expression.name);
  if (intrinsic === undefined) throw new Error(`${expression.name} wasn't refused when it was parsed.`);
  return intrinsic.call(values, scope);
}

const NAME = /States\.[A-Za-z\d]+/uy;
const STRING = /'(?<body>(?:[^'\\]|\\.)*)'/suy;
const NUMBER = /-?\d+(?:\.\d+)?(?:[Ee][+-]?\d+)?/uy;
const WORD = /true|false|null/uy;
const PATH = /\$\$?(?:\[(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\]]*)\]|[^\s,()[\]])*/uy;
const SPACE = /\s*/uy;

/** A descent through `States.Name(operand, ...)`; depth is bounded as AWS bounds it, by ten nested calls. */
class CallParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  operand(): Expression {
    const name = this.#take(NAME);
    if (name !== undefined) return this.#call(name[0]);
    const string = this.#take(STRING);
    if (string !== undefined) return { kind: "literal", value: unquote(string.groups?.["body"] ?? "") };
    const path = this.#take(PATH);
    if (path !== undefined) return { kind: "path", path: parsePath(path[0]) };
    const plain = this.#take(NUMBER) ?? this.#take(WORD);
    if (plain !== undefined) return { kind: "literal", value: JSON.parse(plain[0]) };
    throw this.#unexpected("a path, a value or a function");
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#unexpected("nothing more");
  }

  #call(name: string): Expression {
    const intrinsic = intrinsics.get(name);
    if (intrinsic === undefined) {
      const served = [...intrinsics.keys()].join(", ");
      throw new Error(
        `the intrinsic function ${name} isn't served by the embedded Step Functions; it knows ${served}.`,
      );
    }
    this.#depth += 1;
    if (this.#depth > 10) throw new Error(`"${this.#text}" nests more than 10 intrinsic functions.`);
    const operands: Expression[] = [];
    this.#expect("(");
    if (!this.#has(")")) {
      do operands.push(this.operand());
      while (this.#has(","));
      this.#expect(")");
    }
    this.#depth -= 1;
    if (intrinsic.arity !== null && operands.length !== intrinsic.arity) {
      throw new Error(`${name} takes ${intrinsic.arity} arguments, and got ${operands.length} in "${this.#text}".`);
    }
    return { kind: "call", name, operands };
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at = pattern.lastIndex;
    this.#skipSpace();
    return match;
  }

  #has(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    this.#skipSpace();
    return true;
  }

  #expect(character: string): void {
    if (!this.#has(character)) throw this.#unexpected(`"${character}"`);
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.#at;
    SPACE.exec(this.#text);
    this.#at = SPACE.lastIndex;
  }

  #unexpected(expected: string): Error {
    return new Error(`"${this.#text}" can't be read at character ${this.#at}: expected ${expected}.`);
  }
}

/** `\'` is a quote; other escapes stay, since States.Format has its own. */
function unquote(body: string): string {
  return body.replaceAll(/\\(?<kept>')/gu, "$<kept>");
}
