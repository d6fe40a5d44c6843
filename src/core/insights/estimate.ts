import {
  INVOCATION_LOG_BYTES,
  LOG_BYTES,
  PER_CANVAS,
  RECORD_WRITES,
  REQUESTS,
  type Requests,
  recordUnits,
  summaryWrites,
  usd,
  workerSeconds,
} from "./cost.ts";
import { MAX_CHAIN, MAX_INLINE_PAYLOAD, MAX_WIDTH } from "../limits.ts";
import { PRICES, PRICE_LIST } from "./prices.ts";

/** What an estimate is of. */
export interface Workload {
  /** Tasks of a month, or of whatever one asks for. */
  readonly tasks: number;
  /** Seconds that one runs. */
  readonly seconds: number;
  /** MB of its module's function. */
  readonly memory: number;
  /** Bytes of its arguments and result as JSON. @default 100 */
  readonly payloadBytes?: number;
  /** A request each, batches of 10,000, chains of 1,000 steps, or groups of 10,000 members. @default plain */
  readonly via?: "plain" | "batch" | "chain" | "group";
  /** Task modules of the stage: each has a queue that is polled. @default 1 */
  readonly modules?: number;
  /** Messages that an invocation of the module takes, where enough wait for it. @default 1 */
  readonly batchSize?: number;
}

/** One line of an estimate. */
export interface CostLine {
  readonly what: string;
  /** How many, of what `price` is for one. */
  readonly quantity: number;
  readonly price: number;
  readonly usd: number;
}

/** What a workload costs. USD throughout. */
export interface Estimate {
  readonly lines: readonly CostLine[];
  readonly total: number;
  readonly per_task: number;
  /** What the stage costs in a month without a single task: pollers and alarms. */
  readonly idle: readonly CostLine[];
  readonly idle_total: number;
  readonly prices: typeof PRICE_LIST;
}

/** Tasks that a whole canvas or request carries. */
const CARRIED = { plain: 1, batch: MAX_WIDTH, chain: MAX_CHAIN, group: MAX_WIDTH } as const;

/** What its tasks are in the table of requests. */
const KIND = { plain: "plain", batch: "batch", chain: "step", group: "member" } as const;

/** What tasks cost before they are deployed, by the requests that each makes, and by the time that it runs. */
export function estimate(workload: Workload): Estimate {
  const lines = linesOf(workload).filter(({ quantity }) => quantity > 0);
  const total = sumOf(lines);
  const idle = idleCost(workload.modules ?? 1);
  return {
    lines,
    total,
    per_task: usd(workload.tasks === 0 ? 0 : total / workload.tasks),
    idle,
    idle_total: sumOf(idle),
    prices: PRICE_LIST,
  };
}

/**
 * Seconds and MB of the function that takes a submission: an assumption for one task, and a millisecond for each
 * further one.
 */
const API_SECONDS = 0.05;
const API_SECONDS_PER_TASK = 0.001;
const API_MEMORY = 512;
/** Bytes that one request leaves in logs: the function's line, three of Lambda's, and API Gateway's access log. */
const API_LOG_BYTES = 900;

function linesOf(workload: Workload): CostLine[] {
  const { tasks, seconds, memory, payloadBytes = 100, via = "plain", batchSize = 1 } = workload;
  const canvas = via === "chain" || via === "group" ? PER_CANVAS[via] : NOTHING;
  const each = REQUESTS[KIND[via]];
  const submissions = Math.ceil(tasks / CARRIED[via]);
  const count = (name: Exclude<keyof Requests, "fair">): number => tasks * each[name] + submissions * canvas[name];
  // Lambda receives and deletes the messages of a batch by one request each.
  const received = (tasks * each.deliveries) / batchSize;
  const deliveries = received + submissions * canvas.deliveries;
  const recordWrites = tasks * RECORD_WRITES * (recordUnits(payloadBytes) - 1);
  const large = payloadBytes > MAX_INLINE_PAYLOAD ? tasks : 0;
  const apiSeconds = submissions * API_SECONDS + (tasks - submissions) * API_SECONDS_PER_TASK;
  const gbSeconds = (tasks * workerSeconds(seconds) * memory + apiSeconds * API_MEMORY) / 1024;
  const workerLog = tasks * (LOG_BYTES - INVOCATION_LOG_BYTES * (1 - 1 / batchSize));
  const logGb = (workerLog + submissions * API_LOG_BYTES) / 1e9;
  return [
    line("API Gateway: requests", submissions, PRICES.apiRequest),
    line("Lambda: invocations", submissions + deliveries, PRICES.invocation),
    line("Lambda: GB-seconds (arm64)", gbSeconds, PRICES.gbSecond),
    line("SQS: requests", count("sends") + 2 * deliveries, PRICES.sqsRequest),
    line("SQS: fair queues", each.fair ? tasks * each.sends + 2 * received : 0, PRICES.sqsFair),
    line(
      "DynamoDB: write units",
      count("writes") + recordWrites + count("indexWrites") + tasks * summaryWrites(seconds),
      PRICES.write,
    ),
    line("DynamoDB: read units", count("reads"), PRICES.read),
    line("Step Functions: transitions", count("transitions"), PRICES.transition),
    line("S3: PUT", large, PRICES.put),
    line("S3: GET", large, PRICES.get),
    line("CloudWatch Logs: GB", logGb, PRICES.logGb),
  ];
}

const NOTHING: Requests = { fair: false, sends: 0, deliveries: 0, writes: 0, indexWrites: 0, reads: 0, transitions: 0 };

/** Receives of an empty queue in a month of 30 days, by one poller: three a minute (20 s of long polling). */
const POLLS = 3 * 60 * 24 * 30;
/**
 * Lambda's pollers of an idle queue: five where the mapping has a maximum concurrency, as those of modules and of
 * canvases have, else two (Lambda developer guide, "Configuring scaling behavior for SQS event source mappings").
 */
const POLLERS = { bounded: 5, unbounded: 2 } as const;

/**
 * Metrics that the alarms of a stage read, by its number of modules, ten to an alarm. test/stacks/monitoring.test.ts
 * counts them in the template.
 */
export function alarmMetrics(modules: number): number {
  return 2 * modules + 7;
}

/** Receives of a stage's empty queues in a month: one for each module, one for canvases, one for dead letters. */
export function idlePolls(modules: number): number {
  return POLLS * (POLLERS.bounded * (modules + 1) + POLLERS.unbounded);
}

/** What a stage costs in a month without tasks, by its number of modules. Its table, bucket and logs are empty. */
export function idleCost(modules: number): CostLine[] {
  return [
    line("SQS: requests of pollers", idlePolls(modules), PRICES.sqsRequest),
    line("CloudWatch: metrics that alarms read", alarmMetrics(modules), PRICES.alarmMonth),
  ];
}

function line(what: string, quantity: number, price: number): CostLine {
  return { what, quantity: Number(quantity.toPrecision(6)), price, usd: usd(quantity * price) };
}

function sumOf(lines: readonly CostLine[]): number {
  return usd(lines.reduce((sum, { usd }) => sum + usd, 0));
}
