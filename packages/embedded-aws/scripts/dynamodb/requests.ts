import fc from "fast-check";
import {
  type Part,
  B,
  N,
  condition,
  expressions,
  joined,
  list,
  map,
  often,
  path,
  text,
  update,
  value,
} from "./expressions.ts";

/** An operation and its input. */
export interface Request {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

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

const EXPRESSIONS = [
  "ConditionExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "ReturnValuesOnConditionCheckFailure",
];

function only(input: Readonly<Record<string, unknown>>, names: readonly string[]): object {
  const kept = new Set([...names, ...EXPRESSIONS]);
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
