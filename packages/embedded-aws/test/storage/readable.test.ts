import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { createDynamoDb } from "../../src/dynamodb/index.ts";
import { createScheduleStore } from "../../src/scheduler/store.ts";
import { createOutbox } from "../../src/ses/outbox.ts";
import { createRecords } from "../../src/sqs/persistence.ts";
import { openSqliteStorage } from "../../src/storage/sqlite.ts";
import { readable } from "../../src/storage/readable.ts";
import { newDirectory } from "../support/run.ts";

/** A storage in which one record of each of these collections is broken. */
async function broken(names: readonly string[]): Promise<string> {
  const file = join(newDirectory(), "storage.sqlite");
  const storage = openSqliteStorage(file);
  for (const name of names) storage.collection(name).put("한국어 이름".repeat(30), '{"half":');
  await storage.close();
  return file;
}

it("a record that cannot be read is told of by its collection and key, and left out", async () => {
  const file = await broken(["things"]);
  const storage = openSqliteStorage(file);
  const collection = storage.collection("things");
  collection.put("whole", "[1]");
  await storage.written();
  const lines: string[] = [];
  const read = (value: unknown): unknown => JSON.parse(String(value));
  expect([...readable("things", collection, read, (line) => void lines.push(line))]).toEqual([["whole", [1]]]);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^A record of things cannot be read, and is left out: 한국어 이름.*JSON/u);
  await storage.close();
});

it("one broken record keeps no service from starting", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const names = ["dynamodb/tables", "sqs/queues", "sqs/messages", "sqs/receipts", "scheduler/schedules", "ses/mails"];
  const storage = openSqliteStorage(await broken(names));
  const dynamoDb = createDynamoDb({ storage, now: Date.now });
  const sqs = createRecords(storage);
  expect([...sqs.queues(), ...sqs.messages()]).toEqual([]);
  expect(createScheduleStore(storage).all()).toEqual([]);
  expect(createOutbox(storage).list()).toEqual([]);
  expect(warn.mock.calls.map(([line]) => String(line).split(" ")[3])).toEqual(
    names.toSorted((a, b) => order(a) - order(b)),
  );
  dynamoDb.stop();
  await storage.close();
  warn.mockRestore();

  /** Receipts are read before the messages that they are of. */
  function order(name: string): number {
    return ["dynamodb/tables", "sqs/queues", "sqs/receipts", "sqs/messages"].concat(names).indexOf(name);
  }
});

it("a file that is damaged as a whole is named", async () => {
  const file = await broken([]);
  const database = new DatabaseSync(file);
  database.exec("DROP TABLE entries; CREATE TABLE entries (id TEXT)");
  database.close();
  expect(() => openSqliteStorage(file)).toThrow(file);
});
