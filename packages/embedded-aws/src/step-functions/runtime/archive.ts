import type { EventRow } from "./history.ts";
import { type FinishedExecution, PackedHistory, recordOf } from "./record.ts";
import type { Execution } from "./thread.ts";

/** How many finished executions are kept to be asked about, and how much memory they may take. */
const MAX_FINISHED = 2000;
const MAX_BYTES = 64 * 1024 * 1024;

/** How many names are remembered beyond that, so that they aren't started again (AWS: for 90 days). */
const MAX_NAMES = 50_000;

/** Finished executions, the latest of them. */
export class Archive {
  readonly #finished = new Map<string, FinishedExecution>();
  readonly #forgotten = new Set<string>();
  #bytes = 0;
  #unpacked: { readonly arn: string; readonly rows: readonly EventRow[] } | null = null;

  add(execution: Execution): void {
    const history = new PackedHistory(execution.history.rows, (bytes) => {
      if (this.#finished.get(execution.arn)?.history === history) this.#bytes -= bytes;
    });
    const finished: FinishedExecution = { ...recordOf(execution), history };
    this.#finished.set(execution.arn, finished);
    this.#bytes += sizeOf(finished);
    this.#trim();
  }

  get(arn: string): FinishedExecution | undefined {
    return this.#finished.get(arn);
  }

  /** Whether an execution of this ARN ran here, even if nothing else is known of it any more. */
  hasSeen(arn: string): boolean {
    return this.#finished.has(arn) || this.#forgotten.has(arn);
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

  #trim(): void {
    for (const [arn, oldest] of this.#finished) {
      if (this.#finished.size <= MAX_FINISHED && this.#bytes <= MAX_BYTES) break;
      this.#finished.delete(arn);
      this.#bytes -= sizeOf(oldest);
      this.#forgotten.add(arn);
    }
    for (const arn of this.#forgotten) {
      if (this.#forgotten.size <= MAX_NAMES) break;
      this.#forgotten.delete(arn);
    }
  }
}

function sizeOf({ history, inputText, outputText }: FinishedExecution): number {
  return history.size + inputText.length + (outputText?.length ?? 0) + 500;
}
