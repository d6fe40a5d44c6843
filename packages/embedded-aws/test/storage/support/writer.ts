// Writes one operation after the other into the storage of a file (the first argument), from the number that it says it
// stands at, until it is killed. Prints each number of operations that are written.
import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openSqliteStorage } from "../../../src/storage/sqlite.ts";
import { COLLECTIONS, operation } from "./operations.ts";

const storage = openSqliteStorage(process.argv[2] ?? "");
const meta = storage.collection("meta");
const collections = { orders: storage.collection(COLLECTIONS[0]), notes: storage.collection(COLLECTIONS[1]) };
const [first] = [...meta.entries()].map(([, value]) => Number(value));

for (let number = first ?? 0; ; number += 1) {
  const { collection, key, value } = operation(number);
  if (value === null) collections[collection].remove(key);
  else collections[collection].put(key, value);
  meta.put("operations", String(number + 1));
  void storage.written().then(() => writeSync(1, `${number + 1}\n`));
  // Some groups are of one operation, some of many.
  if (number % 7 === 0) await sleep(number % 3);
}
