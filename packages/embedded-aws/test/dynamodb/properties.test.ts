import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addNumbers,
  canonicalNumber,
  compareNumbers,
  sortableNumber,
  subtractNumbers,
} from "../../src/dynamodb/numbers.ts";
import { compareTexts, sortableText } from "../../src/dynamodb/compare.ts";
import { positionOf } from "../../src/dynamodb/keys.ts";
import { type Position, SortedList, comparePositions } from "../../src/dynamodb/sorted.ts";
import type { Item } from "../../src/dynamodb/values.ts";
import { EVENTS, attributes, harness } from "./harness.ts";

const decimal = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.integer({ min: 0, max: 18 }))
  .map(([negative, digits, scale]) => ({
    scaled: (negative ? -digits : digits) * 10n ** BigInt(18 - scale),
    scale,
    digits,
    negative,
  }))
  .map(({ scaled, digits, scale, negative }) => ({
    scaled,
    text: canonicalNumber(`${negative ? "-" : ""}${digits}e-${scale}`),
  }));

const scaledBy18 = (text: string): bigint => {
  const [whole = "", part = ""] = text.split(".");
  return BigInt(whole + part.padEnd(18, "0"));
};

describe("numbers of DynamoDB", () => {
  it("are compared and added as decimals", () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const order = a.scaled < b.scaled ? -1 : a.scaled > b.scaled ? 1 : 0;
        expect(Math.sign(compareNumbers(a.text, b.text))).toBe(order);
        expect(compareTexts(sortableNumber(a.text), sortableNumber(b.text))).toBe(order);
        expect(scaledBy18(addNumbers(a.text, b.text))).toBe(a.scaled + b.scaled);
        expect(scaledBy18(subtractNumbers(a.text, b.text))).toBe(a.scaled - b.scaled);
      }),
    );
  });

  it("are written in one way only", () => {
    fc.assert(
      fc.property(decimal, fc.nat(5), (a, zeros) => {
        expect(canonicalNumber(a.text)).toBe(a.text);
        const [whole = "", part = ""] = a.text.replace("-", "").split(".");
        const other = `${a.text.startsWith("-") ? "-" : ""}${"0".repeat(zeros)}${whole}.${part}${"0".repeat(zeros)}`;
        expect(canonicalNumber(other)).toBe(a.text);
      }),
    );
  });
});

describe("texts of DynamoDB", () => {
  it("are sorted by their bytes in UTF-8", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "é", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10ffff}") });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const bytes = Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(compareTexts(sortableText(a), sortableText(b))).toBe(bytes);
      }),
    );
  });
});

describe("the sorted list", () => {
  it("has what a sorted array has, after any insertions and removals", () => {
    const step = fc.record({ key: fc.nat(2_000), remove: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 3_000, size: "max" }),
        fc.nat(2_000),
        fc.nat(2_000),
        (steps, from, to) => {
          const list = new SortedList<Position>();
          const model = new Map<number, Position>();
          const at = (key: number): Position => positionOf(`p${key % 3}`, String(key).padStart(4, "0"), "");
          for (const { key, remove } of steps) {
            const position = at(key);
            if (remove) list.remove(position);
            else if (!model.has(key)) list.insert(position);
            if (remove) model.delete(key);
            else if (!model.has(key)) model.set(key, position);
          }
          const sorted = [...model.values()].toSorted((a, b) => comparePositions(a, b, 3));
          const [low, high] = [at(from), at(to)].toSorted((a, b) => comparePositions(a, b, 3));
          if (low === undefined || high === undefined) return;
          const within = sorted.filter((p) => comparePositions(p, low, 3) >= 0 && comparePositions(p, high, 3) <= 0);
          for (const backward of [false, true]) {
            const found: Position[] = [];
            const visit = (position: Position): boolean => found.push(position) > 0;
            list.walk({ at: low, depth: 3, after: false }, { at: high, depth: 3, after: true }, backward, visit);
            expect(found).toEqual(backward ? within.toReversed() : within);
          }
          expect(list.find(low)).toEqual(sorted.find((p) => comparePositions(p, low, 3) === 0));
        },
      ),
      { numRuns: 30 },
    );
  });
});

/** An item of the naive model. */
interface Row {
  readonly pk: string;
  readonly sk: number;
  readonly owner?: string;
  readonly n?: number;
}

describe("DynamoDB", () => {
  it("has what a naive model has, in table and indexes, after any writes", () => {
    const key = fc.record({ pk: fc.constantFrom("a", "b", "😀"), sk: fc.integer({ min: -5, max: 5 }) });
    const write = fc.record({
      key,
      kind: fc.constantFrom("put", "delete", "own", "disown", "add"),
      owner: fc.constantFrom("me", "you"),
    });
    fc.assert(
      fc.property(fc.array(write, { maxLength: 120, size: "max" }), fc.boolean(), (writes, ScanIndexForward) => {
        const { ask } = harness();
        ask("CreateTable", EVENTS);
        const model = new Map<string, Row>();
        for (const { key, kind, owner } of writes) {
          const name = `${key.pk}/${key.sk}`;
          const on = { TableName: "events", Key: attributes(key) };
          const names = { ExpressionAttributeNames: { "#o": "owner" } };
          const was: Row = model.get(name) ?? key;
          const { owner: _, ...unowned } = was;
          if (kind === "put") ask("PutItem", { TableName: "events", Item: attributes({ ...key, owner }) });
          if (kind === "delete") ask("DeleteItem", on);
          if (kind === "own") {
            ask("UpdateItem", {
              ...on,
              ...names,
              UpdateExpression: "SET #o = :o",
              ExpressionAttributeValues: { ":o": { S: owner } },
            });
          }
          if (kind === "disown") ask("UpdateItem", { ...on, ...names, UpdateExpression: "REMOVE #o" });
          if (kind === "add")
            ask("UpdateItem", { ...on, UpdateExpression: "ADD n :n", ExpressionAttributeValues: { ":n": { N: "1" } } });
          if (kind === "delete") model.delete(name);
          if (kind === "put") model.set(name, { ...key, owner });
          if (kind === "own") model.set(name, { ...was, owner });
          if (kind === "disown") model.set(name, unowned);
          if (kind === "add") model.set(name, { ...was, n: (model.get(name)?.n ?? 0) + 1 });
        }
        const order = (a: { sk: number }, b: { sk: number }): number => (ScanIndexForward ? a.sk - b.sk : b.sk - a.sk);
        for (const pk of ["a", "b", "😀"]) {
          const expected = [...model.values()].filter((item) => item.pk === pk).toSorted(order);
          expect(
            walk(ask, {
              KeyConditionExpression: "pk = :v",
              ExpressionAttributeValues: { ":v": { S: pk } },
              ScanIndexForward,
            }),
          ).toEqual(expected.map((item) => attributes({ ...item })));
        }
        for (const owner of ["me", "you"]) {
          const expected = [...model.values()].filter((item) => item.owner === owner);
          const found = walk(ask, {
            IndexName: "by-owner",
            KeyConditionExpression: "#o = :v",
            ExpressionAttributeNames: { "#o": "owner" },
            ExpressionAttributeValues: { ":v": { S: owner } },
            ScanIndexForward,
          });
          const texts = (items: readonly unknown[]): string[] => items.map((item) => JSON.stringify(item)).toSorted();
          const keys = expected.map(({ pk, sk, owner = "" }) => attributes({ pk, sk, owner }));
          expect(found.map(({ sk }) => sk)).toEqual(
            keys.map(({ sk }) => sk).toSorted((a, b) => order(numbered(a), numbered(b))),
          );
          expect(texts(found)).toEqual(texts(keys));
        }
      }),
      { numRuns: 60 },
    );
  });
});

function numbered(value: object | undefined): { sk: number } {
  return { sk: Number(Object(value).N) };
}

/** All pages of a query, three items each. */
function walk(ask: ReturnType<typeof harness>["ask"], query: object): readonly Item[] {
  const found: Item[] = [];
  let start: Item | undefined;
  do {
    const page = ask("Query", { TableName: "events", Limit: 3, ...query, ...(start && { ExclusiveStartKey: start }) });
    found.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return found;
}
