import { isDeepStrictEqual } from "node:util";
import { canonicalNumber } from "../../src/dynamodb/numbers.ts";
import type { Request } from "./requests.ts";

/** What a server says to a request. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Where AWS and ours refuse, and DynamoDB Local does not. */
const KNOWN = [
  "Type mismatch for Index Key",
  "Size of index key",
  "Transaction request cannot include multiple operations on one item",
];

/**
 * What of two answers differs, in words; undefined where nothing does that is promised. It begins with `known` where it
 * is to be.
 */
export function difference(request: Request, ours: Answer, theirs: Answer): string | undefined {
  const found = KNOWN.find((text) => JSON.stringify(ours.body).includes(text));
  const what = differenceOf(request, ours, theirs);
  return what === undefined || found === undefined ? what : `known: ${found}`;
}

function differenceOf(request: Request, ours: Answer, theirs: Answer): string | undefined {
  if (ours.status !== theirs.status) return `status ${ours.status} and ${theirs.status}`;
  if (ours.status !== 200) {
    const [one, two] = [errorOf(ours), errorOf(theirs)];
    // AWS cancels a transaction for what is wrong with one item, DynamoDB Local refuses the request; for keys it is the
    // other way round.
    if (request.operation === "TransactWriteItems" && hasInvalid(ours) && hasInvalid(theirs)) return undefined;
    if (one !== two) return `${one} and ${two}`;
    if (!isDeepStrictEqual(normal(ours.body["Item"]), normal(theirs.body["Item"]))) return "item of an error";
    return isDeepStrictEqual(reasons(ours), reasons(theirs)) ? undefined : "reasons of an error";
  }
  const names = new Set([...Object.keys(ours.body), ...Object.keys(theirs.body)]);
  return [...names].find((name) => !isSame(name, request, ours, theirs));
}

function isSame(name: string, request: Request, ours: Answer, theirs: Answer): boolean {
  const [one, two] = [ours.body[name], theirs.body[name]];
  if (name === "ConsumedCapacity") return isSameCapacity(request, one, two, ours.body["ScannedCount"] === 0);
  // Where the last item that can match ends a page by the limit, DynamoDB Local knows that there are no more. It takes
  // equals of an index
  // in another order.
  if (name === "LastEvaluatedKey" && (two === undefined || hasTies(request))) return true;
  if (name === "Responses" && request.operation === "BatchGetItem")
    return isDeepStrictEqual(byTable(one), byTable(two));
  if (name !== "Items" || !hasTies(request)) return isDeepStrictEqual(normal(one), normal(two));
  return isDeepStrictEqual(sorted(normal(one)), sorted(normal(two)));
}

/** Whether the order of the answer's items, or of some of them, is nobody's promise. */
export function hasTies({ operation, input }: Request): boolean {
  return operation === "Scan" || input["IndexName"] !== undefined;
}

/**
 * The table's own units, to within one: DynamoDB Local counts the bytes of numbers, lists and maps otherwise. Those of
 * indexes it counts by
 * rules of its own; a query that finds nothing is free there; and it tells of capacity that nobody asked for.
 */
function isSameCapacity({ input }: Request, one: unknown, two: unknown, isEmpty: boolean): boolean {
  const wanted = input["ReturnConsumedCapacity"];
  if (wanted === undefined || isEmpty) return true;
  const isClose = (a: unknown, b: unknown): boolean => Math.abs(Number(a) - Number(b)) <= 1;
  if (wanted === "INDEXES") return isClose(Object(one).Table?.CapacityUnits, Object(two).Table?.CapacityUnits);
  return input["TableName"] !== "binary" || isClose(Object(one).CapacityUnits, Object(two).CapacityUnits);
}

function errorOf({ body }: Answer): string {
  return String(body["__type"]).replace(/.*#/, "");
}

function hasInvalid({ body }: Answer): boolean {
  const all: unknown = body["CancellationReasons"];
  if (errorOf({ status: 400, body }) === "ValidationException") return true;
  return Array.isArray(all) && all.some((reason: unknown) => Object(reason).Code === "ValidationError");
}

/** The codes and items of a cancelled transaction. Texts are AWS's in ours, and DynamoDB Local's own in theirs. */
function reasons({ body }: Answer): unknown {
  const all: unknown = body["CancellationReasons"];
  return Array.isArray(all)
    ? all.map((reason: unknown) => [Object(reason).Code, normal(Object(reason).Item)])
    : undefined;
}

function byTable(responses: unknown): unknown {
  return Object.fromEntries(Object.entries(Object(responses)).map(([table, items]) => [table, sorted(normal(items))]));
}

function sorted(items: unknown): unknown {
  return Array.isArray(items) ? items.map((item) => JSON.stringify(item)).toSorted() : items;
}

/** A value with names and members of sets in a fixed order. */
function normal(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) {
    const members = value.map((member: unknown) => normal(member));
    return /^[SNB]S$/.test(name) ? members.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)) : members;
  }
  // DynamoDB Local keeps numbers within lists and maps as they came.
  if (name === "N" && typeof value === "string") return canonicalNumber(value);
  if (typeof value !== "object" || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, held]) => [key, normal(held, key)]),
  );
}
