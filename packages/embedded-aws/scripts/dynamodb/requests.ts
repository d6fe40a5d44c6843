import fc from "fast-check";

/** An operation and its input. */
export interface Request {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The tables of the requests: one with a hash key alone, one with texts and numbers, one with numbers and bytes. */
export const TABLES = [
  {
    TableName: "plain",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: definitions({ pk: "S", g: "S", n: "N" }),
    KeySchema: keys("pk"),
    GlobalSecondaryIndexes: [
      { IndexName: "by-g", KeySchema: keys("g", "n"), Projection: { ProjectionType: "KEYS_ONLY" } },
      { IndexName: "by-n", KeySchema: keys("n"), Projection: { ProjectionType: "ALL" } },
    ],
  },
  {
    TableName: "ranged",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: definitions({ pk: "S", sk: "N", g: "S", n: "N" }),
    KeySchema: keys("pk", "sk"),
    LocalSecondaryIndexes: [{ IndexName: "own-g", KeySchema: keys("pk", "g"), Projection: { ProjectionType: "ALL" } }],
    GlobalSecondaryIndexes: [
      {
        IndexName: "by-g",
        KeySchema: keys("g", "n"),
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["a", "m"] },
      },
    ],
  },
  {
    TableName: "binary",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: definitions({ pk: "N", sk: "B" }),
    KeySchema: keys("pk", "sk"),
  },
] as const;

function definitions(types: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(types).map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
}

function keys(hash: string, range?: string): readonly object[] {
  const first = { AttributeName: hash, KeyType: "HASH" };
  return range === undefined ? [first] : [first, { AttributeName: range, KeyType: "RANGE" }];
}

const text = fc.constantFrom("a", "b", "ab", "abc", "é", "\uffff", "😀", "x".repeat(1_500), "0");
const number = fc.oneof(
  fc.integer({ min: -3, max: 12 }).map(String),
  fc.constantFrom("0.1", "-0.25", "1e3", "1.50", "100000000000000000001", "0.000000000000000000001", "-1E-5", "9e20"),
);
const bytes = fc.constantFrom("AA==", "AQ==", "AQI=", "AQID", "/w==", "f/8=");
const S = fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: fc.constant("") }).map((S) => ({ S }));
const N = number.map((N) => ({ N }));
const B = bytes.map((B) => ({ B }));
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
const list = fc.array(leaf, { maxLength: 4 }).map((L) => ({ L }));
const map = fc.dictionary(fc.constantFrom("x", "y", "z"), fc.oneof(leaf, list)).map((M) => ({ M }));
const value = fc.oneof({ weight: 6, arbitrary: leaf }, { weight: 1, arbitrary: list }, { weight: 1, arbitrary: map });

/** Now and then of a type that an index does not take. */
const indexed = {
  g: often(
    text.map((S) => ({ S })),
    value,
  ),
  n: often(N, value),
};
const attributes = fc.record(
  { ...indexed, a: value, b: value, l: often(list, value), m: often(map, value), ss: value, count: often(N, value) },
  { requiredKeys: [] },
);

const KEYS = {
  plain: fc.record({ pk: fc.constantFrom("p1", "p2", "p3", "p4", "p5", "😀", "\uffff").map((S) => ({ S })) }),
  ranged: fc.record({ pk: fc.constantFrom("p1", "p2").map((S) => ({ S })), sk: N }),
  binary: fc.record({ pk: fc.constantFrom("1", "2").map((N) => ({ N })), sk: B }),
} as const;
const tableName = fc.constantFrom("plain", "ranged", "binary");

/** A table with a key of it. */
const keyed = tableName.chain((TableName) => KEYS[TableName].map((Key) => ({ TableName, Key })));

function often<A, C>(likely: fc.Arbitrary<A>, other: fc.Arbitrary<C>): fc.Arbitrary<A | C> {
  return fc.oneof({ weight: 14, arbitrary: likely }, { weight: 1, arbitrary: other });
}

/** A part of an expression, with the values for its placeholders. */
interface Part {
  readonly text: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const topLevel = fc.constantFrom("a", "b", "l", "m", "ss", "#count", "g", "n");
const path = fc.oneof(
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

function joined(format: (...texts: readonly string[]) => string, ...parts: readonly Part[]): Part {
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
const condition: fc.Arbitrary<Part> = fc.oneof(
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
const update: fc.Arbitrary<Part> = fc.oneof(
  { weight: 4, arbitrary: set },
  { weight: 1, arbitrary: remove },
  { weight: 2, arbitrary: change },
  { weight: 1, arbitrary: fc.tuple(set, remove).map((both) => joined((a, b) => `${a} ${b}`, ...both)) },
);

const capacity = fc.constantFrom({}, {}, { ReturnConsumedCapacity: "TOTAL" }, { ReturnConsumedCapacity: "INDEXES" });
const onFailure = fc.constantFrom({}, { ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
const projection = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(path, { minLength: 1, maxLength: 3 })
      .map((all): Part => ({ text: all.join(", "), values: {} })),
  },
);

/** The input's members for expressions: names and values that are used, and only those. */
function expressions(parts: Readonly<Record<string, Part | undefined>>): Readonly<Record<string, unknown>> {
  const used = Object.entries(parts).filter((entry): entry is [string, Part] => entry[1] !== undefined);
  const values: object = Object.assign({}, ...used.map(([, part]) => part.values));
  return {
    ...Object.fromEntries(used.map(([name, { text }]) => [name, text])),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ...(used.some(([, { text }]) => text.includes("#count")) && { ExpressionAttributeNames: { "#count": "count" } }),
  };
}

const maybeCondition = fc.option(condition, { nil: undefined, freq: 1 });

const put = fc
  .tuple(keyed, attributes, maybeCondition, onFailure, capacity, fc.constantFrom({}, { ReturnValues: "ALL_OLD" }))
  .map(([{ TableName, Key }, rest, ConditionExpression, ...options]) => ({
    operation: "PutItem",
    input: Object.assign({ TableName, Item: { ...rest, ...Key } }, expressions({ ConditionExpression }), ...options),
  }));
const erase = fc
  .tuple(keyed, maybeCondition, onFailure, capacity, fc.constantFrom({}, { ReturnValues: "ALL_OLD" }))
  .map(([key, ConditionExpression, ...options]) => ({
    operation: "DeleteItem",
    input: Object.assign({ ...key }, expressions({ ConditionExpression }), ...options),
  }));
const edit = fc
  .tuple(
    keyed,
    update,
    maybeCondition,
    onFailure,
    capacity,
    fc.constantFrom("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_NEW", "UPDATED_OLD"),
  )
  .map(([key, UpdateExpression, ConditionExpression, a, b, ReturnValues]) => ({
    operation: "UpdateItem",
    // DynamoDB Local gives the whole attribute for a path within one, AWS the path alone.
    input: {
      ...key,
      ...expressions({ UpdateExpression, ConditionExpression }),
      ...a,
      ...b,
      ReturnValues: /[.[]/.test(UpdateExpression.text) && ReturnValues.startsWith("UPDATED") ? "ALL_NEW" : ReturnValues,
    },
  }));
const get = fc
  .tuple(keyed, projection, capacity, fc.boolean())
  .map(([key, ProjectionExpression, more, ConsistentRead]) => ({
    operation: "GetItem",
    input: { ...key, ...expressions({ ProjectionExpression }), ...more, ConsistentRead },
  }));

const SOURCES = [
  { TableName: "plain", hash: "pk", type: "S" },
  { TableName: "plain", IndexName: "by-g", hash: "g", type: "S", range: "n", rangeType: "N" },
  { TableName: "plain", IndexName: "by-n", hash: "n", type: "N" },
  { TableName: "ranged", hash: "pk", type: "S", range: "sk", rangeType: "N" },
  { TableName: "ranged", IndexName: "own-g", hash: "pk", type: "S", range: "g", rangeType: "S" },
  { TableName: "ranged", IndexName: "by-g", hash: "g", type: "S", range: "n", rangeType: "N" },
  { TableName: "binary", hash: "pk", type: "N", range: "sk", rangeType: "B" },
] as const;

/** DynamoDB Local's filters see what an index does not have. */
function isPartial(source: (typeof SOURCES)[number]): boolean {
  return "IndexName" in source && source.IndexName === "by-g";
}

function keyValue(name: string, type: string): fc.Arbitrary<object> {
  if (name === "pk")
    return type === "S"
      ? fc.constantFrom("p1", "p2", "😀").map((S) => ({ S }))
      : fc.constantFrom("1", "2").map((N) => ({ N }));
  return type === "S" ? text.map((S) => ({ S })) : type === "N" ? N : B;
}

const search = fc.constantFrom(...SOURCES).chain((source) => {
  const { TableName, hash, type } = source;
  const index = "IndexName" in source ? { IndexName: source.IndexName } : {};
  const hashed = keyValue(hash, type).map((value): Part => ({ text: `${hash} = :h`, values: { ":h": value } }));
  const ranged: fc.Arbitrary<Part | undefined> =
    "range" in source
      ? fc
          .tuple(
            fc.constantFrom("=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"),
            keyValue(source.range, source.rangeType),
            keyValue(source.range, source.rangeType),
          )
          .map(([operator, low, high]): Part => {
            if (operator === "BETWEEN")
              return { text: `${source.range} BETWEEN :low AND :high`, values: { ":low": low, ":high": high } };
            if (operator === "begins_with")
              return { text: `begins_with(${source.range}, :low)`, values: { ":low": low } };
            return { text: `${source.range} ${operator} :low`, values: { ":low": low } };
          })
      : fc.constant(undefined);
  return fc
    .tuple(
      hashed,
      fc.option(ranged, { nil: undefined }),
      fc.option(condition, { nil: undefined, freq: 1 }),
      projection,
      fc.boolean(),
      fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
      fc.constantFrom({}, {}, { Select: "COUNT" }),
      capacity,
    )
    .map(([hashed, ranged, FilterExpression, ProjectionExpression, ScanIndexForward, Limit, select, more]) => {
      const KeyConditionExpression = ranged === undefined ? hashed : joined((a, b) => `${a} AND ${b}`, hashed, ranged);
      const picked = "Select" in select ? undefined : ProjectionExpression;
      return {
        operation: "Query",
        input: {
          TableName,
          ...index,
          ...expressions({
            KeyConditionExpression,
            FilterExpression: isPartial(source) ? undefined : FilterExpression,
            ProjectionExpression: picked,
          }),
          ScanIndexForward,
          ...(Limit !== undefined && { Limit }),
          ...select,
          ...more,
        },
      };
    });
});
const scan = fc
  .tuple(
    fc.constantFrom(...SOURCES),
    fc.option(condition, { nil: undefined }),
    projection,
    fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  )
  .map(([source, FilterExpression, ProjectionExpression, Limit]) => ({
    operation: "Scan",
    input: {
      TableName: source.TableName,
      ...("IndexName" in source && { IndexName: source.IndexName }),
      ...expressions({ FilterExpression: isPartial(source) ? undefined : FilterExpression, ProjectionExpression }),
      ...(Limit !== undefined && { Limit }),
    },
  }));

const batchWrite = fc.array(fc.tuple(keyed, attributes, fc.boolean()), { minLength: 1, maxLength: 6 }).map((writes) => {
  const RequestItems: Record<string, object[]> = {};
  for (const [{ TableName, Key }, rest, isPut] of writes) {
    (RequestItems[TableName] ??= []).push(
      isPut ? { PutRequest: { Item: { ...rest, ...Key } } } : { DeleteRequest: { Key } },
    );
  }
  return { operation: "BatchWriteItem", input: { RequestItems } };
});
const batchGet = fc.array(keyed, { minLength: 1, maxLength: 6 }).map((reads) => {
  const RequestItems: Record<string, { Keys: object[] }> = {};
  for (const { TableName, Key } of reads) (RequestItems[TableName] ??= { Keys: [] }).Keys.push(Key);
  return { operation: "BatchGetItem", input: { RequestItems } };
});
const action = fc.oneof(
  put.map(({ input }) => ({ Put: only(input, ["TableName", "Item"]) })),
  erase.map(({ input }) => ({ Delete: only(input, ["TableName", "Key"]) })),
  edit.map(({ input }) => ({ Update: only(input, ["TableName", "Key", "UpdateExpression"]) })),
  fc.tuple(keyed, condition, onFailure).map(([key, ConditionExpression, more]) => ({
    ConditionCheck: { ...key, ...expressions({ ConditionExpression }), ...more },
  })),
);
const transaction = fc.array(action, { minLength: 1, maxLength: 4 }).map((TransactItems) => ({
  operation: "TransactWriteItems",
  input: { TransactItems },
}));
const transactGet = fc.array(keyed, { minLength: 1, maxLength: 4 }).map((reads) => ({
  operation: "TransactGetItems",
  input: { TransactItems: reads.map((Get) => ({ Get })) },
}));

const CONDITIONS = `ConditionExpression ExpressionAttributeNames ExpressionAttributeValues
ReturnValuesOnConditionCheckFailure`.split(/\s/);

function only(input: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  const kept = new Set([...names, ...CONDITIONS]);
  return Object.fromEntries(Object.entries(input).filter(([name]) => kept.has(name)));
}

/** A request of any kind. */
export const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 6, arbitrary: put },
  { weight: 2, arbitrary: erase },
  { weight: 8, arbitrary: edit },
  { weight: 2, arbitrary: get },
  { weight: 6, arbitrary: search },
  { weight: 2, arbitrary: scan },
  { weight: 1, arbitrary: batchWrite },
  { weight: 1, arbitrary: batchGet },
  { weight: 3, arbitrary: transaction },
  { weight: 1, arbitrary: transactGet },
);
