import type { Input } from "../json-service.ts";
import { checkValue } from "./check.ts";
import { invalid, malformed } from "./errors.ts";
import type { Compiled, Expressions } from "./expression/cache.ts";
import type { Predicate } from "./expression/condition.ts";
import type { KeyConditions } from "./expression/key-condition.ts";
import type { Values } from "./expression/operands.ts";
import type { Names } from "./expression/paths.ts";
import type { Projection } from "./expression/projection.ts";
import { type ExpressionName, wrong } from "./expression/tokens.ts";
import type { Update } from "./expression/update.ts";
import { optionalText } from "./parameters.ts";
import { type AttributeValue, isRecord } from "./values.ts";

const NO_NAMES: Names = {};
const NO_VALUES: Values = {};

/** The expressions of one request, with the names and values for their placeholders. */
export class Binding {
  readonly names: Names;
  readonly values: Values;
  readonly #input: Input;
  readonly #expressions: Expressions;
  readonly #used: Compiled<unknown>[] = [];

  constructor(input: Input, expressions: Expressions) {
    this.#input = input;
    this.#expressions = expressions;
    this.names = namesIn(input);
    this.values = valuesIn(input);
  }

  condition(): Predicate | undefined {
    return this.#compiled("ConditionExpression", this.#expressions.ConditionExpression);
  }

  filter(): Predicate | undefined {
    return this.#compiled("FilterExpression", this.#expressions.FilterExpression);
  }

  /** The attributes that the filter looks at. */
  filterAttributes(): Iterable<string> {
    const text = optionalText(this.#input, "FilterExpression");
    return text === undefined ? [] : this.#expressions.FilterExpression(text, this.names).attributes;
  }

  /** The attributes that the projection asks for; none where there is no projection. */
  projectedAttributes(): readonly string[] {
    const text = optionalText(this.#input, "ProjectionExpression");
    return text === undefined ? [] : [...this.#expressions.ProjectionExpression(text, this.names).attributes];
  }

  keyConditions(): KeyConditions | undefined {
    return this.#compiled("KeyConditionExpression", this.#expressions.KeyConditionExpression);
  }

  projection(): Projection | undefined {
    return this.#compiled("ProjectionExpression", this.#expressions.ProjectionExpression);
  }

  update(): Update | undefined {
    return this.#compiled("UpdateExpression", this.#expressions.UpdateExpression);
  }

  /** Refuses placeholders that no expression uses. Called when all have been read. @throws ServiceError */
  finish(): void {
    this.#refuseUnused("ExpressionAttributeNames", this.names, (compiled) => compiled.names);
    this.#refuseUnused("ExpressionAttributeValues", this.values, (compiled) => compiled.values);
  }

  #compiled<T>(where: ExpressionName, compile: (text: string, names: Names) => Compiled<T>): T | undefined {
    const text = optionalText(this.#input, where);
    if (text === undefined) return undefined;
    const compiled = compile(text, this.names);
    for (const placeholder of compiled.values) {
      if (Object.hasOwn(this.values, placeholder)) continue;
      const which = `attribute value: ${placeholder}`;
      throw wrong(where, `An expression attribute value used in expression is not defined; ${which}`);
    }
    for (const check of compiled.checks) check(this.values);
    this.#used.push(compiled);
    return compiled.run;
  }

  #refuseUnused(parameter: string, given: object, used: (compiled: Compiled<unknown>) => ReadonlySet<string>): void {
    if (given === NO_NAMES || given === NO_VALUES) return;
    if (this.#used.length === 0) throw invalid(`${parameter} can only be specified when using expressions`);
    const unused = Object.keys(given).filter((name) => !this.#used.some((compiled) => used(compiled).has(name)));
    if (unused.length === 0) return;
    throw invalid(`Value provided in ${parameter} unused in expressions: keys: {${unused.join(", ")}}`);
  }
}

function namesIn(input: Input): Names {
  const given = input["ExpressionAttributeNames"];
  if (given === undefined || given === null) return NO_NAMES;
  if (!isRecord(given)) throw malformed("ExpressionAttributeNames is to be a map");
  const names: Record<string, string> = {};
  for (const placeholder in given) {
    const name = given[placeholder];
    if (!/^#[A-Za-z0-9_]+$/.test(placeholder)) {
      throw invalid(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${placeholder}"`);
    }
    if (typeof name !== "string") throw malformed(`ExpressionAttributeNames: ${placeholder} is to be a string`);
    if (name === "") throw invalid("ExpressionAttributeNames contains invalid value: Empty attribute name");
    names[placeholder] = name;
  }
  if (Object.keys(names).length === 0) throw invalid("ExpressionAttributeNames must not be empty");
  return names;
}

function valuesIn(input: Input): Values {
  const given = input["ExpressionAttributeValues"];
  if (given === undefined || given === null) return NO_VALUES;
  if (!isRecord(given)) throw malformed("ExpressionAttributeValues is to be a map");
  const values: Record<string, AttributeValue> = {};
  for (const placeholder in given) {
    if (!/^:[A-Za-z0-9_]+$/.test(placeholder)) {
      throw invalid(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${placeholder}"`);
    }
    values[placeholder] = checkValue(given[placeholder]);
  }
  if (Object.keys(values).length === 0) throw invalid("ExpressionAttributeValues must not be empty");
  return values;
}
