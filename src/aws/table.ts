import { setTimeout as delay } from "node:timers/promises";
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { inParallel } from "../core/parallel.ts";
import { itemWait } from "./clients/direct.ts";
import { dynamoClient } from "./clients/dynamodb.ts";

/** An item as plain data. */
export type Item = Readonly<Record<string, unknown>>;

/** A change to one item. Names are those of attributes; `when` speaks of them as `#name` and of `values` as `:name`. */
export interface Change {
  readonly id: string;
  readonly set?: Item;
  readonly remove?: readonly string[];
  /** Attributes that get the value that another has in the item so far, which must be there. */
  readonly copy?: Readonly<Record<string, string>>;
  /** Entries for the end of lists, which are made where there are none. */
  readonly append?: Readonly<Record<string, readonly unknown[]>>;
  /** What is added to numbers; one that is not there counts as 0. */
  readonly add?: Readonly<Record<string, number>>;
  /** Members for string sets. */
  readonly addToSet?: Readonly<Record<string, readonly string[]>>;
  /** The condition; without one the change always happens. */
  readonly when?: string;
  /** What the condition compares with. */
  readonly values?: Item;
}

/** One page of an index. */
export interface Page {
  readonly index: string;
  /** The index's partition attribute, and its value. */
  readonly attribute: string;
  readonly value: string;
  /** Only entries whose `seq` lies in this range (both ends excluded where given). */
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
  /** Oldest first. @default newest first */
  readonly forward?: boolean;
}

/** An index entry: the item's key and its place. */
export interface Entry {
  readonly id: string;
  readonly seq: string;
}

/** BatchGetItem takes 100 keys. */
const BATCH_GET = 100;

const marshallOptions = { removeUndefinedValues: true } as const;

/** The one table. It knows items and conditions, not what they mean. */
export class Table {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** The item `id`, or null. Strongly consistent unless told otherwise (half the price). */
  async get(id: string, options: { consistent?: boolean } = {}): Promise<Item | null> {
    const { Item: item } = await dynamoClient().send(
      new GetItemCommand({ TableName: this.#name, Key: { id: { S: id } }, ConsistentRead: options.consistent ?? true }),
    );
    return item === undefined ? null : unmarshall(item);
  }

  /**
   * Waits until it is time to look at the item `id` again: when it has one of the attributes, where that is told (the
   * embedded AWS), else after `pause` milliseconds.
   * @param longest milliseconds that it waits where it is told
   */
  async untilAny(id: string, attributes: readonly string[], pause: number, longest: number): Promise<void> {
    const wait = itemWait();
    if (wait === null) await delay(Math.min(pause, longest));
    else await wait(this.#name, { id: { S: id } }, attributes, longest);
  }

  /**
   * The items of `ids` that exist, by id. Eventually consistent unless told otherwise: what was just written may be
   * missing.
   */
  async getMany(ids: readonly string[], options: { consistent?: boolean } = {}): Promise<Map<string, Item>> {
    const found = new Map<string, Item>();
    let wanted = [...new Set(ids)];
    while (wanted.length > 0) {
      const keys = wanted.slice(0, BATCH_GET).map((id) => ({ id: { S: id } }));
      const answer = await dynamoClient().send(
        new BatchGetItemCommand({
          RequestItems: { [this.#name]: { Keys: keys, ConsistentRead: options.consistent ?? false } },
        }),
      );
      for (const raw of answer.Responses?.[this.#name] ?? []) {
        const item: Item = unmarshall(raw);
        found.set(String(item["id"]), item);
      }
      const left = answer.UnprocessedKeys?.[this.#name]?.Keys ?? [];
      wanted = [...left.map((key) => key["id"]?.S ?? ""), ...wanted.slice(BATCH_GET)];
    }
    return found;
  }

  /** Puts `item` unless one with its id exists. @returns whether it did. */
  async putIfAbsent(item: Item): Promise<boolean> {
    return notRefused(() =>
      dynamoClient().send(
        new PutItemCommand({
          TableName: this.#name,
          Item: marshall(item, marshallOptions),
          ConditionExpression: "attribute_not_exists(id)",
        }),
      ),
    );
  }

  /** Deletes the item `id`; one that is not there is no error. */
  async remove(id: string): Promise<void> {
    await dynamoClient().send(new DeleteItemCommand({ TableName: this.#name, Key: { id: { S: id } } }));
  }

  /** Puts those of `items` whose ids are free, some at a time. */
  async putManyIfAbsent(items: readonly Item[]): Promise<void> {
    await inParallel(items, (item) => this.putIfAbsent(item));
  }

  /**
   * Changes one item, which is made if there is none and the condition allows.
   * @returns the item after it, or null where the condition failed.
   */
  async update(change: Change): Promise<Item | null> {
    const expression = new Expression();
    const update = [
      clause("SET", [
        ...Object.entries(change.set ?? {})
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => `${expression.name(name)} = ${expression.value(value)}`),
        ...Object.entries(change.copy ?? {}).map(
          ([name, from]) => `${expression.name(name)} = ${expression.name(from)}`,
        ),
        ...Object.entries(change.append ?? {}).map(([name, entries]) => {
          const list = expression.name(name);
          return `${list} = list_append(if_not_exists(${list}, ${expression.value([])}), ${expression.value(entries)})`;
        }),
      ]),
      clause(
        "REMOVE",
        (change.remove ?? []).map((name) => expression.name(name)),
      ),
      clause("ADD", [
        ...Object.entries(change.add ?? {}).map(
          ([name, value]) => `${expression.name(name)} ${expression.value(value)}`,
        ),
        ...Object.entries(change.addToSet ?? {})
          .filter(([, members]) => members.length > 0)
          .map(([name, members]) => `${expression.name(name)} ${expression.value(new Set(members))}`),
      ]),
    ].join(" ");
    const condition = change.when === undefined ? undefined : expression.condition(change.when, change.values ?? {});
    let after: Record<string, AttributeValue> | undefined;
    const done = await notRefused(async () => {
      const answer = await dynamoClient().send(
        new UpdateItemCommand({
          TableName: this.#name,
          Key: { id: { S: change.id } },
          UpdateExpression: update.trim(),
          ConditionExpression: condition,
          ExpressionAttributeNames: expression.names,
          ExpressionAttributeValues: Object.keys(expression.values).length > 0 ? expression.values : undefined,
          ReturnValues: "ALL_NEW",
        }),
      );
      after = answer.Attributes;
    });
    return done && after !== undefined ? unmarshall(after) : null;
  }

  /** Entries of one partition of an index, newest first. Indexes lag the table by a moment. */
  async query(page: Page): Promise<Entry[]> {
    const range =
      page.after === undefined
        ? page.before === undefined
          ? ""
          : " AND seq < :before"
        : page.before === undefined
          ? " AND seq > :after"
          : " AND seq BETWEEN :after AND :before";
    const answer = await dynamoClient().send(
      new QueryCommand({
        TableName: this.#name,
        IndexName: page.index,
        KeyConditionExpression: `#partition = :partition${range}`,
        ExpressionAttributeNames: { "#partition": page.attribute },
        ExpressionAttributeValues: marshall(
          { ":partition": page.value, ":after": page.after, ":before": page.before },
          marshallOptions,
        ),
        ScanIndexForward: page.forward ?? false,
        Limit: page.limit,
      }),
    );
    return (answer.Items ?? []).map((item) => ({ id: item["id"]?.S ?? "", seq: item["seq"]?.S ?? "" }));
  }

  /** How many entries one partition of an index has. */
  async count(index: string, attribute: string, value: string): Promise<number> {
    let count = 0;
    let start: Record<string, AttributeValue> | undefined;
    do {
      const answer = await dynamoClient().send(
        new QueryCommand({
          TableName: this.#name,
          IndexName: index,
          KeyConditionExpression: "#partition = :partition",
          ExpressionAttributeNames: { "#partition": attribute },
          ExpressionAttributeValues: { ":partition": { S: value } },
          Select: "COUNT",
          ExclusiveStartKey: start,
        }),
      );
      count += answer.Count ?? 0;
      start = answer.LastEvaluatedKey;
    } while (start !== undefined);
    return count;
  }
}

function clause(keyword: string, parts: readonly string[]): string {
  return parts.length === 0 ? "" : `${keyword} ${parts.join(", ")}`;
}

/** The names and values of one expression, each under a placeholder: attribute names may be reserved words. */
class Expression {
  readonly names: Record<string, string> = {};
  readonly values: Record<string, AttributeValue> = {};

  name(attribute: string): string {
    this.names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  }

  value(value: unknown): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    Object.assign(this.values, marshall({ [placeholder]: value }, marshallOptions));
    return placeholder;
  }

  /** Takes over what a hand-written condition names. */
  condition(text: string, values: Item): string {
    for (const [name] of text.matchAll(/#\w+/g)) this.names[name] = name.slice(1);
    for (const [name, value] of Object.entries(values))
      Object.assign(this.values, marshall({ [`:${name}`]: value }, marshallOptions));
    return text;
  }
}

async function notRefused(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
