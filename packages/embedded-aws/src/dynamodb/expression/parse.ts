import { Parser } from "./parser.ts";
import type { Action, Comparator, Condition, Operand, Parsed, Path } from "./syntax.ts";
import type { ExpressionName } from "./tokens.ts";

const COMPARATORS: readonly Comparator[] = ["=", "<>", "<=", ">=", "<", ">"];

/** Reads a condition, a filter or a key condition. @throws ServiceError for what is not of the language */
export function parseCondition(where: ExpressionName, text: string): Parsed<Condition> {
  const parser = new Parser(where, text);
  return parser.finished(disjunction(parser));
}

/** Reads a list of paths. @throws ServiceError as `parseCondition` */
export function parseProjection(where: ExpressionName, text: string): Parsed<readonly Path[]> {
  const parser = new Parser(where, text);
  const paths = [parser.path()];
  while (parser.took(",")) paths.push(parser.path());
  return parser.finished(paths);
}

/** Reads an update's actions in their order. @throws ServiceError as `parseCondition` */
export function parseUpdate(where: ExpressionName, text: string): Parsed<readonly Action[]> {
  const parser = new Parser(where, text);
  const actions: Action[] = [];
  const seen = new Set<string>();
  while (parser.peek().kind !== "end") {
    const section = sectionOf(parser);
    if (seen.has(section))
      throw parser.wrong(`The "${section}" section can only be used once in an update expression;`);
    seen.add(section);
    do actions.push(action(parser, section));
    while (parser.took(","));
  }
  return parser.finished(actions);
}

function sectionOf(parser: Parser): Action["kind"] {
  for (const section of ["SET", "REMOVE", "ADD", "DELETE"] as const) {
    if (parser.tookWord(section)) return section;
  }
  throw parser.unexpected();
}

function action(parser: Parser, kind: Action["kind"]): Action {
  const path = parser.path();
  if (kind === "REMOVE") return { kind, path };
  if (kind !== "SET") return { kind, path, value: parser.value() };
  parser.expect("=");
  return { kind, path, value: assigned(parser) };
}

function assigned(parser: Parser): Operand {
  const left = assignedOperand(parser);
  const { kind, text } = parser.peek();
  if (kind !== "symbol" || (text !== "+" && text !== "-")) return left;
  parser.next();
  return { kind: "arithmetic", sign: text, left, right: assignedOperand(parser) };
}

function assignedOperand(parser: Parser): Operand {
  if (!parser.took("(")) return parser.operand();
  const inner = assigned(parser);
  parser.expect(")");
  return inner;
}

function disjunction(parser: Parser): Condition {
  let left = conjunction(parser);
  while (parser.tookWord("OR")) left = { kind: "or", left, right: conjunction(parser) };
  return left;
}

function conjunction(parser: Parser): Condition {
  let left = negation(parser);
  while (parser.tookWord("AND")) left = { kind: "and", left, right: negation(parser) };
  return left;
}

function negation(parser: Parser): Condition {
  if (parser.tookWord("NOT")) return { kind: "not", inner: negation(parser) };
  return primary(parser);
}

function primary(parser: Parser): Condition {
  if (parser.took("(")) {
    const inner = disjunction(parser);
    parser.expect(")");
    return inner;
  }
  const operand = parser.operand();
  if (parser.tookWord("BETWEEN")) {
    const low = parser.operand();
    if (!parser.tookWord("AND")) throw parser.unexpected();
    return { kind: "between", operand, low, high: parser.operand() };
  }
  if (parser.tookWord("IN")) return { kind: "in", operand, options: list(parser) };
  for (const operator of COMPARATORS) {
    if (parser.took(operator)) return { kind: "compare", operator, left: operand, right: parser.operand() };
  }
  if (operand.kind === "call") return { kind: "test", name: operand.name, args: operand.args };
  throw parser.unexpected();
}

function list(parser: Parser): readonly Operand[] {
  parser.expect("(");
  const options = [parser.operand()];
  while (parser.took(",")) options.push(parser.operand());
  parser.expect(")");
  return options;
}
