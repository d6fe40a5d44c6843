import { invalid } from "../errors.ts";
import { LIMITS } from "../limits.ts";

/** A part of an expression, and where it begins. */
export interface Token {
  readonly kind: "word" | "name" | "value" | "number" | "symbol" | "end";
  readonly text: string;
  readonly at: number;
}

/** Which parameter an expression is in: it begins each error's text. */
export type ExpressionName =
  | "ConditionExpression"
  | "FilterExpression"
  | "KeyConditionExpression"
  | "ProjectionExpression"
  | "UpdateExpression";

const TOKEN = /\s*(?:(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([A-Za-z_][A-Za-z0-9_]*)|(\d+)|(<>|<=|>=|[=<>()[\],.+-]))/y;

/** A refusal of an expression. */
export function wrong(where: ExpressionName, message: string): Error {
  return invalid(`Invalid ${where}: ${message}`);
}

/**
 * An expression in its tokens, the last of kind `end`. @throws ServiceError for what is empty, too long or not of the
 * language
 */
export function tokenize(where: ExpressionName, text: string): readonly Token[] {
  if (text.trim() === "") throw wrong(where, "The expression can not be empty;");
  const size = Buffer.byteLength(text);
  if (size > LIMITS.expressionBytes) {
    throw wrong(where, `Expression size has exceeded the maximum allowed size; expression size: ${size}`);
  }
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw syntaxError(where, text, unreadable(text, from));
    const [, name, value, word, number, symbol] = match;
    const found = name ?? value ?? word ?? number ?? symbol ?? "";
    const kind = name ? "name" : value ? "value" : word ? "word" : number ? "number" : "symbol";
    tokens.push({ kind, text: found, at: TOKEN.lastIndex - found.length });
  }
  tokens.push({ kind: "end", text: "<EOF>", at: end });
  return tokens;
}

/** The refusal of an expression at a token, with what stands around it. */
export function syntaxError(where: ExpressionName, text: string, token: Pick<Token, "text" | "at">): Error {
  const near = text.slice(Math.max(0, token.at - 10), token.at + token.text.length + 10).trim();
  return wrong(where, `Syntax error; token: "${token.text}", near: "${near}"`);
}

function unreadable(text: string, from: number): Pick<Token, "text" | "at"> {
  const at = from + text.slice(from).search(/\S/);
  return { text: text.charAt(at), at };
}
