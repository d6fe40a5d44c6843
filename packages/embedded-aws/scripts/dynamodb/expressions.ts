import fc from "fast-check";

/** Values of one kind, or of any. */
export const text = fc.constantFrom("a", "b", "ab", "abc", "é", "\uffff", "😀", "x".repeat(1_500), "0");
const number = fc.oneof(
  fc.integer({ min: -3, max: 12 }).map(String),
  fc.constantFrom("0.1", "-0.25", "1e3", "1.50", "100000000000000000001", "0.000000000000000000001", "-1E-5", "9e20"),
);
const bytes = fc.constantFrom("AA==", "AQ==", "AQI=", "AQID", "/w==", "f/8=");
const S = fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.constant("") }).map((S) => ({ S }));
/** Values of one kind, or of any. */
export const N = number.map((N) => ({ N }));
/** Values of one kind, or of any. */
export const B = bytes.map((B) => ({ B }));
const leaf = fc.oneof(
  S,
  N,
  B,
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant({ NULL: true }),
  fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((SS) => ({ SS })),
  fc.uniqueArray(fc.integer({ min: 0, max: 5 }).map(String), { minLength: 1, maxLength: 3 }).map((NS) => ({ NS })),
  fc.uniqueArray(bytes, { minLength: 1, maxLength: 2 }).map((BS) => ({ BS })),
);
/** Values of one kind, or of any. */
export const list = fc.array(leaf, { maxLength: 4 }).map((L) => ({ L }));
/** Values of one kind, or of any. */
export const map = fc.dictionary(fc.constantFrom("x", "y", "z"), fc.oneof(leaf, list)).map((M) => ({ M }));
/** Values of one kind, or of any. */
export const value = fc.oneof(
  { weight: 6, arbitrary: leaf },
  { weight: 1, arbitrary: list },
  { weight: 1, arbitrary: map },
);

/** The first mostly, now and then the other. */
export function often<A, C>(likely: fc.Arbitrary<A>, other: fc.Arbitrary<C>): fc.Arbitrary<A | C> {
  return fc.oneof({ weight: 14, arbitrary: likely }, { weight: 1, arbitrary: other });
}

/** A part of an expression, with the values for its placeholders. */
export interface Part {
  readonly text: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const topLevel = fc.constantFrom("a", "b", "l", "m", "ss", "#count", "g", "n");
/** Paths to attributes, most of them to whole ones. */
export const path = fc.oneof(
  { weight: 3, arbitrary: topLevel },
  { weight: 1, arbitrary: fc.constantFrom("m.x", "m.y", "l[0]", "l[2]", "m.x[0]", "l[1].x", "pk") },
);
let placeholders = 0;
const given = fc
  .tuple(fc.oneof(value, N, S), fc.constant(null))
  .map(([value]): Part => ({ text: `:v${placeholders}`, values: { [`:v${placeholders++ % 1_000}`]: value } }))
  .map(({ values }): Part => ({ text: Object.keys(values)[0] ?? "", values }));
const operand: fc.Arbitrary<Part> = fc.oneof(
  { weight: 3, arbitrary: given },
  { weight: 2, arbitrary: path.map((text): Part => ({ text, values: {} })) },
  { weight: 1, arbitrary: path.map((path): Part => ({ text: `size(${path})`, values: {} })) },
);

/** Parts made into one. */
export function joined(format: (...texts: readonly string[]) => string, ...parts: readonly Part[]): Part {
  return {
    text: format(...parts.map(({ text }) => text)),
    values: Object.assign({}, ...parts.map((part) => part.values)),
  };
}

const comparator = fc.constantFrom("=", "<>", "<", "<=", ">", ">=");
const test: fc.Arbitrary<Part> = fc.oneof(
  fc.tuple(operand, comparator, operand).map(([l, op, r]) => joined((a, b) => `${a} ${op} ${b}`, l, r)),
  fc.tuple(operand, operand, operand).map((all) => joined((a, b, c) => `${a} BETWEEN ${b} AND ${c}`, ...all)),
  fc.tuple(operand, operand, operand).map((all) => joined((a, b, c) => `${a} IN (${b}, ${c})`, ...all)),
  path.map((path): Part => ({ text: `attribute_exists(${path})`, values: {} })),
  path.map((path): Part => ({ text: `attribute_not_exists(${path})`, values: {} })),
  fc.tuple(path, given).map(([path, part]) => joined((v) => `begins_with(${path}, ${v})`, part)),
  fc.tuple(path, given).map(([path, part]) => joined((v) => `contains(${path}, ${v})`, part)),
  fc
    .tuple(path, fc.constantFrom("S", "N", "L", "M", "SS", "BOOL", "NULL"))
    .map(([path, S]): Part => ({ text: `attribute_type(${path}, :t${S})`, values: { [`:t${S}`]: { S } } })),
);
/** Conditions and filters. */
export const condition: fc.Arbitrary<Part> = fc.oneof(
  { weight: 3, arbitrary: test },
  { weight: 1, arbitrary: fc.tuple(test, test).map((both) => joined((a, b) => `${a} AND ${b}`, ...both)) },
  { weight: 1, arbitrary: fc.tuple(test, test).map((both) => joined((a, b) => `${a} OR NOT ${b}`, ...both)) },
  {
    weight: 1,
    arbitrary: fc.tuple(test, test, test).map((all) => joined((a, b, c) => `(${a} OR ${b}) AND ${c}`, ...all)),
  },
);

const assigned: fc.Arbitrary<Part> = fc.oneof(
  { weight: 3, arbitrary: given },
  { weight: 1, arbitrary: path.map((text): Part => ({ text, values: {} })) },
  { weight: 1, arbitrary: fc.tuple(path, given).map(([p, part]) => joined((v) => `if_not_exists(${p}, ${v})`, part)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(path, fc.constantFrom("+", "-"), N)
      .map(([p, sign, n]): Part => ({ text: `${p} ${sign} :n`, values: { ":n": n } })),
  },
  {
    weight: 1,
    arbitrary: N.map((n): Part => ({
      text: "if_not_exists(#count, :zero) + :n",
      values: { ":n": n, ":zero": { N: "0" } },
    })),
  },
  { weight: 1, arbitrary: list.map((l): Part => ({ text: "list_append(l, :l)", values: { ":l": l } })) },
);
const set = fc
  .array(fc.tuple(path, assigned), { minLength: 1, maxLength: 3 })
  .map((all) =>
    joined((...values) => `SET ${values.map((v, i) => `${all[i]?.[0]} = ${v}`).join(", ")}`, ...all.map(([, v]) => v)),
  );
const remove = fc
  .array(path, { minLength: 1, maxLength: 2 })
  .map((all): Part => ({ text: `REMOVE ${all.join(", ")}`, values: {} }));
const change = fc
  .tuple(fc.constantFrom("ADD", "DELETE"), path, fc.oneof(N, value))
  .map(([verb, path, v]): Part => ({ text: `${verb} ${path} :s`, values: { ":s": v } }));
/** Updates. */
export const update: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: set },
  { weight: 1, arbitrary: remove },
  { weight: 2, arbitrary: change },
  { weight: 1, arbitrary: fc.tuple(set, remove).map((both) => joined((a, b) => `${a} ${b}`, ...both)) },
);

/** The input's members for expressions: names and values that are used, and only those. */
export function expressions(parts: Readonly<Record<string, Part | undefined>>): Readonly<Record<string, unknown>> {
  const used = Object.entries(parts).filter((entry): entry is [string, Part] => entry[1] !== undefined);
  const values: object = Object.assign({}, ...used.map(([, part]) => part.values));
  return {
    ...Object.fromEntries(used.map(([name, { text }]) => [name, text])),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ...(used.some(([, { text }]) => text.includes("#count")) && { ExpressionAttributeNames: { "#count": "count" } }),
  };
}
