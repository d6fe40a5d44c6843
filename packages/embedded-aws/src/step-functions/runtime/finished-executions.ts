import type { Clock } from "../../clock.ts";
import type { Collection, Storage } from "../../storage/storage.ts";
import type { EventRow } from "./history.ts";
import { type FinishedExecution, PackedHistory, recordOf } from "./record.ts";
import { HistoryWriter } from "./history-codec.ts";
import { COLLECTIONS, jsonOf, serialKey, StoredRecord } from "./stored-forms.ts";
import type { Execution } from "./thread.ts";

/** How many finished executions are kept to be asked about, and how much memory they may take. */
const MAX_FINISHED = 2000;
const MAX_BYTES = 64 * 1024 * 1024;

/** How many names are remembered beyond that, so that they are not started again. */
const MAX_NAMES = 50_000;

/** AWS forgets an execution, and its name, 90 days after its end. In milliseconds. */
const RETENTION = 90 * 24 * 3600 * 1000;

/** Finished executions, the latest of them: at most 2,000, 64 MiB and 90 days. Of 50,000 more the name is known. */
export class FinishedExecutions {
  readonly #clock: Clock;
  readonly #durable: boolean;
  readonly #records: Collection;
  readonly #histories: Collection;
  readonly #storedNames: Collection;
  readonly #finished = new Map<string, FinishedExecution>();
  /** When those ended of which only the name is known. */
  readonly #names = new Map<string, number>();
  #bytes = 0;
  #unpacked: { readonly arn: string; readonly rows: readonly EventRow[] } | null = null;

  constructor(storage: Storage, clock: Clock) {
    this.#clock = clock;
    this.#durable = storage.durable !== false;
    this.#records = storage.collection(COLLECTIONS.finished);
    this.#histories = storage.collection(COLLECTIONS.histories);
    this.#storedNames = storage.collection(COLLECTIONS.names);
    this.#read();
  }

  add(execution: Execution): void {
    this.#drop(execution.arn);
    const history = new PackedHistory(new HistoryWriter().write(execution.history.rows));
    const finished: FinishedExecution = { ...recordOf(execution), history };
    this.#keep(finished);
    this.#store(finished);
    history.compress((bytes) => {
      if (this.#finished.get(execution.arn)?.history !== history) return;
      this.#bytes -= bytes;
      if (this.#durable) this.#histories.put(serialKey(finished.serial), history.packed);
    });
    this.#trim();
  }

  get(arn: string): FinishedExecution | undefined {
    return this.#finished.get(arn);
  }

  /** Whether an execution of this ARN ran here in the last 90 days, even if nothing else is known of it any more. */
  hasSeen(arn: string): boolean {
    const endedAt = this.#finished.get(arn)?.stoppedAt ?? this.#names.get(arn);
    return endedAt !== undefined && this.#clock.now() - endedAt < RETENTION;
  }

  values(): IterableIterator<FinishedExecution> {
    return this.#finished.values();
  }

  /** The events of a finished execution. The last one asked for stays unpacked: histories are read page by page. */
  rows(finished: FinishedExecution): readonly EventRow[] {
    if (this.#unpacked?.arn !== finished.arn) {
      this.#unpacked = { arn: finished.arn, rows: finished.history.unpack() };
    }
    return this.#unpacked.rows;
  }

  #read(): void {
    const histories = new Map(this.#histories.entries());
    for (const [key, value] of this.#records.entries()) {
      const history = new PackedHistory(histories.get(key) ?? new HistoryWriter().write([]));
      this.#keep({ ...StoredRecord.parse(jsonOf(value)), history });
    }
    for (const [arn, endedAt] of this.#storedNames.entries()) this.#names.set(arn, Number(endedAt));
  }

  #keep(finished: FinishedExecution): void {
    this.#finished.set(finished.arn, finished);
    this.#bytes += sizeOf(finished);
  }

  #store({ history, ...record }: FinishedExecution): void {
    if (!this.#durable) return;
    this.#records.put(serialKey(record.serial), JSON.stringify(record));
    this.#histories.put(serialKey(record.serial), history.packed);
  }

  #trim(): void {
    const expired = this.#clock.now() - RETENTION;
    for (const [arn, { stoppedAt }] of this.#finished) {
      const endedAt = stoppedAt ?? expired;
      if (this.#finished.size <= MAX_FINISHED && this.#bytes <= MAX_BYTES && endedAt > expired) break;
      this.#drop(arn);
      this.#names.set(arn, endedAt);
      this.#storedNames.put(arn, String(endedAt));
    }
    for (const [arn, endedAt] of this.#names) {
      if (this.#names.size <= MAX_NAMES && endedAt > expired) break;
      this.#forgetName(arn);
    }
  }

  /** Drops all that is known of an ARN. */
  #drop(arn: string): void {
    const finished = this.#finished.get(arn);
    if (finished !== undefined) {
      this.#finished.delete(arn);
      this.#bytes -= sizeOf(finished);
      this.#records.remove(serialKey(finished.serial));
      this.#histories.remove(serialKey(finished.serial));
    }
    this.#forgetName(arn);
  }

  #forgetName(arn: string): void {
    if (this.#names.delete(arn)) this.#storedNames.remove(arn);
  }
}

function sizeOf({ history, inputText, outputText }: FinishedExecution): number {
  return history.size + inputText.length + (outputText?.length ?? 0) + 500;
}
