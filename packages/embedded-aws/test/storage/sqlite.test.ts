import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { StorageClosedError, StorageDamagedError, StorageInUseError } from "../../src/storage/errors.ts";
import { createSqliteStorage, openSqliteStorage } from "../../src/storage/sqlite.ts";
import type { Storage, Stored } from "../../src/storage/storage.ts";
import { COLLECTIONS, stateAfter } from "./support/operations.ts";

const WRITER = join(import.meta.dirname, "support", "writer.ts");

const open: Storage[] = [];
afterEach(() => Promise.all(open.splice(0).map((storage) => storage.close().catch(() => {}))));

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "storage-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "data", "embedded.db");
}

function opened(file: string): Storage {
  const storage = openSqliteStorage(file, () => {});
  open.push(storage);
  return storage;
}

const all = (storage: Storage, name: string): (readonly [string, Stored])[] => [...storage.collection(name).entries()];

/**
 * Writes to a file from another process until that is killed, and says how many operations were written by its word.
 */
async function writeUntilKilled(file: string, millis: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [WRITER, file], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const closed = once(child, "close");
  await vi.waitUntil(() => output.includes("\n"), { timeout: 20_000 });
  setTimeout(() => child.kill("SIGKILL"), millis);
  await closed;
  // The last line may have been cut off by the kill.
  return Number(output.split("\n").at(-2));
}

describe("a storage in SQLite", () => {
  it("gives what it was told back in the order of the keys, text as text and bytes as bytes", async () => {
    const file = newFile();
    const storage = opened(file);
    const notes = storage.collection("notes");
    notes.put("b", "two");
    notes.put("a\0한", new Uint8Array([0, 255]));
    notes.put("c", "gone");
    notes.put("d", "first");
    storage.collection("other").put("b", "elsewhere");
    await storage.written();
    notes.remove("c");
    notes.put("d", "second");
    await storage.close();

    const again = opened(file);
    expect(all(again, "notes")).toEqual([
      ["a\0한", new Uint8Array([0, 255])],
      ["b", "two"],
      ["d", "second"],
    ]);
    expect(all(again, "other")).toEqual([["b", "elsewhere"]]);
    expect(all(again, "unknown")).toEqual([]);
  });

  it("has nothing to wait for when nothing was put", async () => {
    await expect(opened(newFile()).written()).resolves.toBeUndefined();
  });

  it("refuses a second run on the same file, and serves one after the first has ended", async () => {
    const file = newFile();
    const first = opened(file);
    expect(() => openSqliteStorage(file)).toThrow(StorageInUseError);
    expect(() => openSqliteStorage(file)).toThrow(`Another run has ${file} open.`);
    await first.close();
    await opened(file).close();
  });

  it("refuses what is put after it was closed", async () => {
    const storage = opened(newFile());
    const notes = storage.collection("notes");
    await storage.close();
    expect(() => notes.put("a", "1")).toThrow(StorageClosedError);
  });

  it("names the file that is no database", async () => {
    const file = newFile();
    await opened(file).close();
    writeFileSync(file, "no database ".repeat(1000));
    expect(() => openSqliteStorage(file)).toThrow(StorageDamagedError);
    expect(() => openSqliteStorage(file)).toThrow(`${file} cannot be used: file is not a database.`);
  });

  it("names the file that is damaged inside", async () => {
    const file = newFile();
    const storage = opened(file);
    for (let n = 0; n < 500; n += 1) storage.collection("notes").put(`${n}`, "x".repeat(1000));
    await storage.close();
    const database = new DatabaseSync(file);
    const size = Number(database.prepare("PRAGMA page_count").get()?.["page_count"]);
    database.close();
    const bytes = Buffer.alloc((size - 8) * 4096, 0xaa);
    const handle = openSync(file, "r+");
    writeSync(handle, bytes, 0, bytes.length, 6 * 4096);
    closeSync(handle);
    expect(() => all(opened(file), "notes")).toThrow(StorageDamagedError);
  });

  it("keeps what finds no room, lets it be waited for, and writes it when there is room", async () => {
    const file = newFile();
    await opened(file).close();
    const database = new DatabaseSync(file);
    const warnings: string[] = [];
    const storage = createSqliteStorage(database, file, (line) => warnings.push(line));
    open.push(storage);
    const notes = storage.collection("notes");
    notes.put("before", "small");
    await storage.written();
    database.exec("PRAGMA max_page_count = 20");
    notes.put("large", "x".repeat(200_000));
    let written = false;
    const waiting = storage.written().then(() => (written = true));
    await vi.waitUntil(() => warnings.length > 0);
    notes.put("later", "small");
    expect(written).toBe(false);
    expect(warnings).toEqual([expect.stringContaining(`${file} cannot be written now: database or disk is full`)]);

    database.exec("PRAGMA max_page_count = 100000");
    await waiting;
    await storage.close();
    expect(warnings.at(-1)).toBe(`${file} can be written again: nothing was lost.`);
    expect(all(opened(file), "notes").map(([key]) => key)).toEqual(["before", "large", "later"]);
  });

  it(
    "has all that was written, and no half of a group, after each of 8 kills at any moment",
    { timeout: 120_000 },
    async () => {
      const file = newFile();
      for (let round = 0; round < 8; round += 1) {
        const acknowledged = await writeUntilKilled(file, Math.random() * 300);
        const storage = openSqliteStorage(file);
        const count = Number(all(storage, "meta")[0]?.[1]);
        const state = new Map(
          COLLECTIONS.flatMap((name) => all(storage, name).map(([key, value]) => [`${name} ${key}`, value] as const)),
        );
        await storage.close();
        expect(count).toBeGreaterThanOrEqual(acknowledged);
        expect(state).toEqual(stateAfter(count));
      }
    },
  );
});
