import { isReserved } from "./reserved-words.ts";
import type { Operand, Parsed, Path, Step } from "./syntax.ts";
import { type ExpressionName, type Token, syntaxError, tokenize, wrong } from "./tokens.ts";

/** What the grammars of all expressions have in common: reading tokens, paths and operands. */
export class Parser {
  readonly where: ExpressionName;
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  readonly #names = new Set<string>();
  readonly #values = new Set<string>();
  readonly #roots = new Set<string>();

  constructor(where: ExpressionName, text: string) {
    this.where = where;
    this.#text = text;
    this.#tokens = tokenize(where, text);
  }

  /** The token that is next, or one after it. */
  peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? { kind: "end", text: "<EOF>", at: this.#text.length };
  }

  next(): Token {
    const token = this.peek();
    this.#at++;
    return token;
  }

  /** Takes the symbol where it is next. */
  took(symbol: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== "symbol" || text !== symbol) return false;
    this.#at++;
    return true;
  }

  /** Takes the keyword, in any case, where it is next. */
  tookWord(keyword: string): boolean {
    if (!this.isWord(keyword)) return false;
    this.#at++;
    return true;
  }

  isWord(keyword: string): boolean {
    const { kind, text } = this.peek();
    return kind === "word" && text.toUpperCase() === keyword;
  }

  expect(symbol: string): void {
    if (!this.took(symbol)) throw this.unexpected();
  }

  unexpected(): Error {
    return syntaxError(this.where, this.#text, this.peek());
  }

  wrong(message: string): Error {
    return wrong(this.where, message);
  }

  /** Ends what was read. @throws ServiceError where there is more */
  finished<T>(tree: T): Parsed<T> {
    if (this.peek().kind !== "end") throw this.unexpected();
    return { tree, names: this.#names, values: this.#values, roots: this.#roots };
  }

  path(): Path {
    const root = this.#name();
    const steps: Step[] = [root];
    this.#roots.add(root);
    for (;;) {
      if (this.took(".")) steps.push(this.#name());
      else if (this.took("[")) {
        const { kind, text } = this.next();
        if (kind !== "number") {
          this.#at--;
          throw this.unexpected();
        }
        steps.push(Number(text));
        this.expect("]");
      } else return steps;
    }
  }

  value(): string {
    if (this.peek().kind !== "value") throw this.unexpected();
    const { text } = this.next();
    this.#values.add(text);
    return text;
  }

  /** A path, a value or a function of such. */
  operand(): Operand {
    const { kind, text } = this.peek();
    if (kind === "value") return { kind: "value", name: this.value() };
    if (kind === "word" && this.#isCall()) return { kind: "call", name: text, args: this.#call() };
    if (kind === "word" || kind === "name") return { kind: "path", path: this.path() };
    throw this.unexpected();
  }

  #call(): readonly Operand[] {
    this.#at += 2;
    const args = [this.operand()];
    while (this.took(",")) args.push(this.operand());
    this.expect(")");
    return args;
  }

  #isCall(): boolean {
    const { kind, text } = this.peek(1);
    return kind === "symbol" && text === "(";
  }

  #name(): string {
    const { kind, text } = this.peek();
    if (kind !== "name" && kind !== "word") throw this.unexpected();
    this.#at++;
    if (kind === "name") this.#names.add(text);
    else if (isReserved(text)) {
      throw this.wrong(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
    }
    return text;
  }
}
