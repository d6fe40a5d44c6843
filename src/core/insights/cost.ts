import type { Counters } from "./histogram.ts";
import { MAX_INLINE_PAYLOAD } from "../limits.ts";
import { PRICES } from "./prices.ts";
import { VIAS, type Via, runsOf } from "./summary.ts";

/**
 * What one task asks of AWS between its message and its end. test/scenarios/calls.test.ts counts it on the running
 * system.
 */
export interface Requests {
  /** SendMessage; a batch of ten is a tenth each. */
  readonly sends: number;
  /** Whether its message is of a fan-out's group. */
  readonly fair: boolean;
  /** Messages delivered: each is a ReceiveMessage, a DeleteMessage and an invocation. */
  readonly deliveries: number;
  /** Writes to the table: {@link RECORD_WRITES} of the task's record, the others below 1 KB. */
  readonly writes: number;
  /** Entries of the table's indexes. */
  readonly indexWrites: number;
  readonly reads: number;
  readonly transitions: number;
}

/** Writes of a task's record: it is made, claimed and ended. */
export const RECORD_WRITES = 3;

/**
 * By the way that a task was started. What a canvas costs as a whole, however many tasks it has, is in {@link
 * PER_CANVAS}.
 */
export const REQUESTS: Readonly<Record<Via | "batch", Requests>> = {
  plain: { fair: false, sends: 1, deliveries: 1, writes: 3, indexWrites: 1, reads: 0, transitions: 0 },
  batch: { fair: true, sends: 0.1, deliveries: 1, writes: 3, indexWrites: 1, reads: 0, transitions: 0 },
  /** Of a chain, or a chord's body: the machine sends its message. */
  step: { fair: false, sends: 1, deliveries: 1, writes: 3, indexWrites: 2, reads: 3, transitions: 1 },
  /** Of a group of more than 10: started by the hundred, and its chunk notes its end. */
  member: { fair: true, sends: 0.1, deliveries: 1, writes: 4, indexWrites: 2, reads: 3, transitions: 0 },
  /** Of a group of up to 10: each has a state, whose message the canvas function passes on. */
  alone: { fair: false, sends: 2, deliveries: 2, writes: 5, indexWrites: 2, reads: 5, transitions: 1 },
};

/**
 * What a canvas costs besides its tasks. Start and end of an execution are transitions too (Step Functions pricing
 * page, example).
 */
export const PER_CANVAS: Readonly<Record<"chain" | "group", Requests>> = {
  chain: { fair: false, sends: 0, deliveries: 0, writes: 3, indexWrites: 1, reads: 2, transitions: 3 },
  group: { fair: false, sends: 1, deliveries: 1, writes: 5, indexWrites: 1, reads: 5, transitions: 4 },
};

/**
 * Seconds of a worker besides its task: claim, end, statistics. An assumption: DynamoDB answers within some
 * milliseconds.
 */
const OVERHEAD = 0.03;

/** Bytes that a worker writes to its log for one task: two lines of its own, three of Lambda's. */
export const LOG_BYTES = 1_200;

/** Of these, those of Lambda's lines: one invocation leaves them, however many messages it takes. */
export const INVOCATION_LOG_BYTES = 500;

/** Requests to SQS: each message is sent, received and deleted. */
export function sqsRequests({ sends, deliveries }: Requests): number {
  return sends + 2 * deliveries;
}

/**
 * USD of what was asked of SQS, DynamoDB, Lambda and Step Functions.
 * @param recordUnits write units of one write of the record.
 */
function requestCost(requests: Requests, recordUnits = 1): number {
  const { writes, indexWrites, reads, deliveries, transitions } = requests;
  const recordWrites = Math.min(RECORD_WRITES, writes) * (recordUnits - 1);
  return (
    sqsRequests(requests) * (PRICES.sqsRequest + (requests.fair ? PRICES.sqsFair : 0)) +
    deliveries * PRICES.invocation +
    (writes + recordWrites + indexWrites) * PRICES.write +
    reads * PRICES.read +
    transitions * PRICES.transition
  );
}

/** Seconds that Lambda bills for a task, by the seconds that it runs. */
export function workerSeconds(seconds: number): number {
  return seconds + OVERHEAD;
}

/** Write units of a task's summary: one environment writes once a second at the most, so short tasks share one. */
export function summaryWrites(seconds: number): number {
  return Math.min(1, workerSeconds(seconds));
}

/** Bytes of a record without its payloads. */
export const RECORD_BYTES = 860;

/** Write units of one write of a record by the bytes of its payloads: those above 4 KB lie in S3. */
export function recordUnits(payloadBytes: number): number {
  return Math.ceil((RECORD_BYTES + (payloadBytes > MAX_INLINE_PAYLOAD ? 0 : payloadBytes)) / 1024);
}

/** What a task's attempts have cost, USD. */
export interface TaskCost {
  readonly total_usd: number;
  readonly per_task_usd: number;
}

/**
 * What attempts have cost: their workers' time by measured seconds and memory, their messages, records and payloads, by
 * the way that each was started. Without the requests that submitted them, and without the canvas around them.
 */
export function measuredCost(counters: Counters): TaskCost {
  const runs = runsOf(counters);
  if (runs === 0) return { total_usd: 0, per_task_usd: 0 };
  const seconds = (counters["runMs"] ?? 0) / 1000 / runs;
  const memory = (counters["mbMs"] ?? 0) / Math.max(1, counters["runMs"] ?? 0);
  const units = recordUnits(((counters["bytes"] ?? 0) / runs) * 0.5);
  const requests = VIAS.reduce((sum, via) => sum + (counters[via] ?? 0) * requestCost(REQUESTS[via], units), 0);
  const payloads = (counters["stored"] ?? 0) * (PRICES.put + PRICES.get);
  const worker = (workerSeconds(seconds) * memory * PRICES.gbSecond) / 1024;
  const each = worker + summaryWrites(seconds) * PRICES.write + (LOG_BYTES / 1e9) * PRICES.logGb;
  const total = runs * each + requests + payloads;
  const tasks = Math.max(1, runs - (counters["retried"] ?? 0));
  return { total_usd: usd(total), per_task_usd: usd(total / tasks) };
}

/** To four digits: prices are no more exact than that. */
export function usd(value: number): number {
  return Number(value.toPrecision(4));
}
