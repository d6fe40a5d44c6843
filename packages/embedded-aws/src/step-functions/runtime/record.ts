import { deflateRaw, inflateRawSync } from "node:zlib";
import type { Stored } from "../../storage/storage.ts";
import type { Failure } from "../language/failure.ts";
import type { EventRow } from "./history.ts";
import { HistoryReader } from "./history-codec.ts";
import type { Execution, ExecutionStatus } from "./thread.ts";

/** What is known of an execution, running or over. */
export interface ExecutionRecord {
  /** Ascends with each start. */
  readonly serial: number;
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly status: ExecutionStatus;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly stoppedAt: number | null;
  readonly inputText: string;
  readonly outputText: string | null;
  readonly failure: Failure | null;
}

/** An execution that is over, its history packed. */
export interface FinishedExecution extends ExecutionRecord {
  readonly history: PackedHistory;
}

/** What an execution's record says now. */
export function recordOf(execution: Execution): ExecutionRecord {
  const { serial, arn, name, machine, status, startedAt, stoppedAt, inputText, outputText, failure } = execution;
  const machineArn = machine.arn;
  const machineName = machine.name;
  return { serial, arn, name, machineArn, machineName, status, startedAt, stoppedAt, inputText, outputText, failure };
}

/** Below this, compressing a history is not worth a thread's attention. */
const COMPRESS_BYTES = 16_384;

/** A history as one piece of memory: its JSON, and compressed where it is long (a chain of 200: 600 KB to 25 KB). */
export class PackedHistory {
  #packed: Stored;
  #size: number;

  /** @param packed what a `HistoryWriter` wrote, or the same compressed */
  constructor(packed: Stored) {
    this.#packed = packed;
    this.#size = sizeOf(packed);
  }

  /** What is kept: JSON, or the same compressed. */
  get packed(): Stored {
    return this.#packed;
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  /** Compresses a long history, later; `onShrunk` is told by how many bytes it shrank. */
  compress(onShrunk: (bytes: number) => void): void {
    if (typeof this.#packed !== "string" || this.#size < COMPRESS_BYTES) return;
    deflateRaw(this.#packed, { level: 1 }, (error, compressed) => {
      if (error !== null) return;
      const before = this.#size;
      this.#packed = compressed;
      this.#size = compressed.length;
      onShrunk(before - compressed.length);
    });
  }

  unpack(): readonly EventRow[] {
    const json = typeof this.#packed === "string" ? this.#packed : inflateRawSync(this.#packed).toString();
    return new HistoryReader().read(json);
  }
}

function sizeOf(packed: Stored): number {
  return typeof packed === "string" ? Buffer.byteLength(packed) : packed.length;
}
