import { cut } from "./cut.ts";
import { kindOf } from "./lost-kinds.ts";
import { writeJson } from "./write-json.ts";

/** Characters of an error's name, of its message, and of the messages of its causes. */
const MAX_NAME = 256;
const MAX_MESSAGE = 2_000;
const MAX_CAUSE_MESSAGE = 500;
/**
 * Causes of causes (HTTP contract), members of an AggregateError (the same), and errors in all: a record must stay
 * small.
 */
const MAX_DEPTH = 5;
const MAX_MEMBERS = 10;
const MAX_ERRORS = 20;

/** What was thrown, as a record carries it. */
export interface DescribedError {
  readonly type: string;
  readonly message: string;
  /** What it was thrown for, where it says so. */
  readonly cause?: DescribedError | undefined;
  /** The members of an AggregateError. */
  readonly errors?: readonly DescribedError[] | undefined;
}

/**
 * What was thrown, with its causes. Anything can be thrown, and anything can be on an error: names that are numbers,
 * messages that are lists, getters that throw, proxies that were revoked. All of it is sayable here, and nothing of it
 * throws.
 */
export function describeError(thrown: unknown): DescribedError {
  return describe(thrown, { depth: 0, left: { errors: MAX_ERRORS } });
}

interface Level {
  readonly depth: number;
  /** How many more errors may be described, in all. */
  readonly left: { errors: number };
}

function describe(thrown: unknown, { depth, left }: Level): DescribedError {
  left.errors -= 1;
  const longest = depth === 0 ? MAX_MESSAGE : MAX_CAUSE_MESSAGE;
  const isError = quietly(() => thrown instanceof Error) ?? false;
  if (!isError) return { type: "Error", message: cut(textOf(thrown), longest) };
  const message = quietly(() => Reflect.get(Object(thrown), "message"));
  const described = { type: cut(typeOf(thrown), MAX_NAME), message: cut(textOf(message ?? ""), longest) };
  const next = { depth: depth + 1, left };
  const cause: unknown = quietly(() => Reflect.get(Object(thrown), "cause"));
  const members: unknown = quietly(() => Reflect.get(Object(thrown), "errors"));
  const hasCause = cause !== undefined && cause !== null && next.depth <= MAX_DEPTH && left.errors > 0;
  const isAggregate = quietly(() => thrown instanceof AggregateError) === true && Array.isArray(members);
  return {
    ...described,
    ...(hasCause && { cause: describe(cause, next) }),
    ...(isAggregate &&
      next.depth <= MAX_DEPTH && {
        errors: members
          .slice(0, Math.max(0, Math.min(MAX_MEMBERS, left.errors)))
          .map((member) => describe(member, next)),
      }),
  };
}

/** The error's own name, or its class's where it has only that of Error. */
function typeOf(error: unknown): string {
  const name: unknown = quietly(() => Reflect.get(Object(error), "name"));
  if (typeof name === "string" && name !== "" && name !== "Error") return name;
  const constructor: unknown = quietly(() => Reflect.get(Object(error), "constructor"));
  const className: unknown = quietly(() => Reflect.get(Object(constructor), "name"));
  return typeof className === "string" && className !== "" ? className : "Error";
}

/** A text as it is; anything else as JSON, or by its type where JSON cannot say it. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint") return String(value);
  const { json } = writeJson(value);
  if (json !== null && value !== undefined) return json;
  const kind = typeof value === "object" && value !== null ? quietly(() => kindOf(value)) : undefined;
  return `What was thrown is no error but ${kind === undefined ? `of type ${typeof value}` : `a ${kind}`}.`;
}

function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
