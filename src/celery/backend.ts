import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { dynamoClient } from "../aws/clients/dynamodb.ts";
import type { Meta } from "./result.ts";

/** What the bridge has to know of the result of any task, its own or a Python worker's. */
const StoredMeta = z.object({ status: z.string(), result: z.unknown() });

export type StoredMeta = z.infer<typeof StoredMeta>;

/** The parts of a chord's header in their order; those of a group at the end of a chain stay together. */
export type Parts = readonly (string | Parts)[];

/** Where a chord stands. */
export interface ChordProgress {
  /** How many parts have ended. */
  readonly ended: number;
  readonly parts: Parts;
  /** When the client made it, milliseconds since 1970. */
  readonly at: number;
}

/** The result table, with keys and items as Celery has them (celery/backends/dynamodb.py). */
export interface Backend {
  /**
   * Stores what a task has come to. @param rank grows with each change of the task: an older state never replaces a
   * later one
   */
  readonly store: (meta: Meta, rank: number) => Promise<void>;
  readonly meta: (id: string) => Promise<StoredMeta | null>;
  /** Makes the items of a chord, as a client does before it sends the header. */
  readonly beginChord: (group: string, parts: readonly string[]) => Promise<void>;
  /** Counts a part that has ended, once. @returns null for a chord whose body was started, and for none. */
  readonly countPart: (group: string, part: string) => Promise<ChordProgress | null>;
  readonly endChord: (group: string) => Promise<void>;
}

/** Celery's keys are Python's text of bytes, quotes and all. */
const metaKey = (id: string): string => `b'celery-task-meta-${id}'`;
const groupKey = (id: string): string => `b'celery-taskset-meta-${id}'`;
const counterKey = (id: string): string => `b'chord-unlock-${id}'`;

/** What AsyncResult.as_tuple gives: the id and its parent, and the members where it is a group. */
type ResultTuple = [[string, unknown], ResultTuple[] | null];
const ResultTuple: z.ZodType<ResultTuple> = z.tuple([
  z.tuple([z.string(), z.unknown()]),
  z.lazy(() => z.array(ResultTuple)).nullable(),
]);
const GroupMeta = z.object({ result: ResultTuple });

/** The result table of that name. @param expires seconds for which a result is kept */
export function createBackend(table: string, expires: number, now: () => number): Backend {
  const keyOf = (id: string) => ({ TableName: table, Key: { id: { S: id } } });

  async function put(id: string, value: object, rank: number): Promise<void> {
    const seconds = now() / 1000;
    await unlessRefused(() =>
      dynamoClient().send(
        new PutItemCommand({
          TableName: table,
          Item: {
            id: { S: id },
            result: { B: Buffer.from(JSON.stringify(value)) },
            timestamp: { N: String(seconds) },
            ttl: { N: String(Math.ceil(seconds + expires)) },
            rank: { N: String(rank) },
          },
          ConditionExpression: "attribute_not_exists(#rank) OR #rank <= :rank",
          ExpressionAttributeNames: { "#rank": "rank" },
          ExpressionAttributeValues: { ":rank": { N: String(rank) } },
        }),
      ),
    );
  }

  async function read(id: string): Promise<{ value: unknown; at: number } | null> {
    const { Item } = await dynamoClient().send(new GetItemCommand({ ...keyOf(id), ConsistentRead: true }));
    const bytes = Item?.["result"]?.B;
    if (bytes === undefined) return null;
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    return { value, at: Math.round(Number(Item?.["timestamp"]?.N) * 1000) };
  }

  /** Counts a part and keeps that it was counted in one write, so that a repeated message does not count it again. */
  async function count(group: string, part: string): Promise<number | null> {
    const counted = await unlessRefused(() =>
      dynamoClient().send(
        new UpdateItemCommand({
          ...keyOf(counterKey(group)),
          UpdateExpression: "ADD chord_count :one, celeriac_parts :parts",
          ConditionExpression: "attribute_exists(id) AND NOT contains(celeriac_parts, :part)",
          ExpressionAttributeValues: { ":one": { N: "1" }, ":parts": { SS: [part] }, ":part": { S: part } },
          ReturnValues: "ALL_NEW",
        }),
      ),
    );
    const item =
      counted?.Attributes ??
      (await dynamoClient().send(new GetItemCommand({ ...keyOf(counterKey(group)), ConsistentRead: true }))).Item;
    return item === undefined ? null : Number(item["chord_count"]?.N);
  }

  return {
    store: (meta, rank) => put(metaKey(meta.task_id), meta, rank),
    meta: async (id) => {
      const found = await read(metaKey(id));
      return found === null ? null : StoredMeta.parse(found.value);
    },
    beginChord: async (group, parts) => {
      const members = parts.map((part) => [[part, null], null]);
      await put(groupKey(group), { result: [[group, null], members] }, 0);
      const counter = { id: { S: counterKey(group) }, chord_count: { N: "0" }, timestamp: { N: String(now() / 1000) } };
      await unlessRefused(() =>
        dynamoClient().send(
          new PutItemCommand({ TableName: table, Item: counter, ConditionExpression: "attribute_not_exists(id)" }),
        ),
      );
    },
    countPart: async (group, part) => {
      const stored = await read(groupKey(group));
      const ended = stored === null ? null : await count(group, part);
      if (stored === null || ended === null) return null;
      return { ended, parts: partsOf(GroupMeta.parse(stored.value).result), at: stored.at };
    },
    endChord: async (group) => {
      for (const key of [groupKey(group), counterKey(group)])
        await dynamoClient().send(new DeleteItemCommand(keyOf(key)));
    },
  };
}

function partsOf([, members]: ResultTuple): Parts {
  return (members ?? []).map((member) => (member[1] === null ? member[0][0] : partsOf(member)));
}

async function unlessRefused<Answer>(write: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null;
    throw error;
  }
}
