import { isRecord } from "../values.ts";

/** What a stack offers to the intrinsic functions in its template. */
export interface Scope {
  /** Names the stack and the place in it, for messages. */
  readonly where: string;
  /** `Ref` of a resource, parameter or pseudo parameter; undefined for an unknown name. */
  readonly ref: (name: string) => unknown;
  /** `Fn::GetAtt`. Throws for an unknown resource or attribute. */
  readonly attribute: (logicalId: string, attribute: string) => unknown;
  /** `Fn::ImportValue`. Throws for an export that no stack before this one has. */
  readonly importValue: (name: string) => unknown;
  /** `Fn::GetStackOutput`: CDK's weak references. Throws like `importValue`. */
  readonly stackOutput: (stack: string, output: string) => unknown;
  /** A condition of the template, evaluated. Throws for an unknown name. */
  readonly condition: (name: string) => boolean;
  /** `Fn::FindInMap`. Throws for an unknown entry. */
  readonly mapping: (map: string, first: string, second: string) => unknown;
}

/** The value of `Ref: AWS::NoValue`: the property that holds it is left out. */
export const NO_VALUE = Symbol("AWS::NoValue");

/**
 * Evaluates every intrinsic function in a template value. Throws, naming function and place, for one it does not know.
 */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((item) => evaluate(item, scope)).filter((item) => item !== NO_VALUE);
  if (!isRecord(value)) return value;
  const keys = Object.keys(value);
  const [name] = keys;
  if (keys.length === 1 && name !== undefined && (name === "Ref" || name === "Condition" || name.startsWith("Fn::"))) {
    const call = functions[name];
    // `Condition` is a function only as `{"Condition": "Name"}` in a condition; IAM statements have the key as well.
    if (call !== undefined && (name !== "Condition" || typeof value[name] === "string"))
      return call(value[name], scope);
    if (name.startsWith("Fn::")) throw new Error(`${scope.where} uses ${name}, which the local AWS does not evaluate.`);
  }
  const entries = keys.map((key) => [key, evaluate(value[key], scope)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
}

const functions: Readonly<Record<string, (argument: unknown, scope: Scope) => unknown>> = {
  Ref: (argument, scope) => {
    const found = scope.ref(text(argument, "Ref", scope));
    if (found === undefined)
      throw new Error(`${scope.where} refers to "${String(argument)}", which its template lacks.`);
    return found;
  },
  "Fn::GetAtt": (argument, scope) => {
    const [logicalId, attribute] =
      typeof argument === "string" ? splitOnce(argument, ".") : list(argument, "Fn::GetAtt", scope);
    return scope.attribute(text(logicalId, "Fn::GetAtt", scope), text(evaluate(attribute, scope), "Fn::GetAtt", scope));
  },
  "Fn::Join": (argument, scope) => {
    const [separator, parts] = list(argument, "Fn::Join", scope);
    const values = list(evaluate(parts, scope), "Fn::Join", scope);
    return values.map((part) => scalar(part, "Fn::Join", scope)).join(text(separator, "Fn::Join", scope));
  },
  "Fn::Sub": (argument, scope) => {
    const [body, variables] = typeof argument === "string" ? [argument, {}] : list(argument, "Fn::Sub", scope);
    return substitute(text(body, "Fn::Sub", scope), isRecord(variables) ? variables : {}, scope);
  },
  "Fn::Select": (argument, scope) => {
    const [index, items] = list(argument, "Fn::Select", scope);
    const chosen = list(evaluate(items, scope), "Fn::Select", scope)[Number(evaluate(index, scope))];
    if (chosen === undefined) throw new Error(`${scope.where}: Fn::Select has no item ${String(index)}.`);
    return chosen;
  },
  "Fn::Split": (argument, scope) => {
    const [separator, source] = list(argument, "Fn::Split", scope);
    return text(evaluate(source, scope), "Fn::Split", scope).split(text(separator, "Fn::Split", scope));
  },
  "Fn::ImportValue": (argument, scope) => scope.importValue(text(evaluate(argument, scope), "Fn::ImportValue", scope)),
  "Fn::GetStackOutput": (argument, scope) => {
    const { StackName, OutputName } = isRecord(argument) ? argument : {};
    const stack = text(evaluate(StackName, scope), "Fn::GetStackOutput", scope);
    return scope.stackOutput(stack, text(evaluate(OutputName, scope), "Fn::GetStackOutput", scope));
  },
  "Fn::FindInMap": (argument, scope) => {
    const [map, first, second] = list(evaluate(argument, scope), "Fn::FindInMap", scope);
    const name = "Fn::FindInMap";
    return evaluate(scope.mapping(text(map, name, scope), text(first, name, scope), text(second, name, scope)), scope);
  },
  "Fn::Base64": (argument, scope) =>
    Buffer.from(text(evaluate(argument, scope), "Fn::Base64", scope)).toString("base64"),
  "Fn::If": (argument, scope) => {
    const [condition, whenTrue, whenFalse] = list(argument, "Fn::If", scope);
    return evaluate(scope.condition(text(condition, "Fn::If", scope)) ? whenTrue : whenFalse, scope);
  },
  "Fn::Equals": (argument, scope) => {
    const [left, right] = list(evaluate(argument, scope), "Fn::Equals", scope);
    return JSON.stringify(left) === JSON.stringify(right);
  },
  "Fn::Not": (argument, scope) => !truth(list(evaluate(argument, scope), "Fn::Not", scope)[0], "Fn::Not", scope),
  "Fn::And": (argument, scope) =>
    list(evaluate(argument, scope), "Fn::And", scope).every((item) => truth(item, "Fn::And", scope)),
  "Fn::Or": (argument, scope) =>
    list(evaluate(argument, scope), "Fn::Or", scope).some((item) => truth(item, "Fn::Or", scope)),
  Condition: (argument, scope) => scope.condition(text(argument, "Condition", scope)),
};

/** Fills `${Name}`, `${Name.Attribute}` and the call's own variables; `${!Literal}` becomes `${Literal}`. */
function substitute(body: string, variables: Readonly<Record<string, unknown>>, scope: Scope): string {
  return body.replaceAll(/\$\{([^}]*)\}/g, (_match, name: string) => {
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(variables, name)) return scalar(evaluate(variables[name], scope), "Fn::Sub", scope);
    const call = name.includes(".") ? { "Fn::GetAtt": splitOnce(name, ".") } : { Ref: name };
    return scalar(evaluate(call, scope), "Fn::Sub", scope);
  });
}

function splitOnce(value: string, separator: string): [string, string] {
  const at = value.indexOf(separator);
  return at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + separator.length)];
}

function list(value: unknown, name: string, scope: Scope): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${scope.where}: ${name} needs a list, got ${JSON.stringify(value)}.`);
}

function text(value: unknown, name: string, scope: Scope): string {
  if (typeof value === "string") return value;
  throw new Error(`${scope.where}: ${name} needs a string, got ${JSON.stringify(value)}.`);
}

function scalar(value: unknown, name: string, scope: Scope): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error(`${scope.where}: ${name} needs strings, got ${JSON.stringify(value)}.`);
}

function truth(value: unknown, name: string, scope: Scope): boolean {
  if (typeof value === "boolean") return value;
  throw new Error(`${scope.where}: ${name} needs conditions, got ${JSON.stringify(value)}.`);
}
