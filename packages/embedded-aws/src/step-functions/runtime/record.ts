import { deflateRaw, inflateRawSync } from "node:zlib";
import type { Failure } from "../language/failure.ts";
import type { EventRow } from "./history.ts";
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

/** Below this, compressing a history isn't worth a thread's attention. */
const COMPRESS_BYTES = 16_384;

/** A history as one piece of memory: JSON, and compressed where it is long (a chain of 200: 600 KB to 25 KB). */
export class PackedHistory {
  #bytes: Buffer;
  #isCompressed = false;

  /** Packs a history; `onShrunk` is told by how many bytes it shrank when compressing is done, later. */
  constructor(rows: readonly EventRow[], onShrunk: (bytes: number) => void) {
    this.#bytes = Buffer.from(JSON.stringify(rows));
    if (this.#bytes.length < COMPRESS_BYTES) return;
    deflateRaw(this.#bytes, { level: 1 }, (error, compressed) => {
      if (error !== null) return;
      const before = this.#bytes.length;
      this.#bytes = compressed;
      this.#isCompressed = true;
      onShrunk(before - compressed.length);
    });
  }

  get size(): number {
    return this.#bytes.length;
  }

  unpack(): readonly EventRow[] {
    const bytes = this.#isCompressed ? inflateRawSync(this.#bytes) : this.#bytes;
    const rows: readonly EventRow[] = JSON.parse(bytes.toString());
    return rows;
  }
}
