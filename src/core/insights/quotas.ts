import { REQUESTS, type Requests, workerSeconds } from "./cost.ts";
import type { Via } from "./summary.ts";

/** A quota of AWS that a stage's load comes to. */
export interface Quota {
  readonly what: string;
  /** A second, or at once. */
  readonly limit: number;
  /** Whether AWS raises it on request. */
  readonly raisable: boolean;
  /** What to do where it is reached. */
  readonly advice: string;
}

/** A quota under a load. */
export interface QuotaUse extends Quota {
  /** What the load asks of it, at its peak. */
  readonly used: number;
  /** `used` of `limit`: above 1 it is refused. */
  readonly share: number;
}

/** A load whose quotas are asked for. */
export interface Load {
  readonly tasksPerDay: number;
  /** How tasks are started: by single requests, as steps of chains, members of wide groups, in batches. */
  readonly via: Exclude<Via, "alone"> | "batch";
  /** Seconds that one runs. */
  readonly seconds: number;
  /** How many times the average the busiest second is. @default 3 */
  readonly peak?: number;
  /** Modules that share the load evenly: each has a queue and a function. @default 1 */
  readonly modules?: number;
}

const DAY_SECONDS = 86_400;
/** Seconds of a request, as the cost model has them. */
const REQUEST_SECONDS = 0.05;
/** Tasks that one request carries: an assumption. */
const CARRIED = { plain: 1, batch: 100, step: 20, member: 1_000 } as const;
/** What a load comes to at its peak, each a second but `environments`. */
interface Peak {
  readonly tasks: number;
  readonly submissions: number;
  /** Workers that run at once. */
  readonly environments: number;
  readonly requests: Requests;
  /** Modules that share it. */
  readonly modules: number;
  readonly isCanvas: boolean;
}

/** Shards of the index `recent`, which are partitions of it: DynamoDB splits none whose key is one. */
const RECENT_SHARDS = 8;
/** Write units a second of one partition. */
const PARTITION_WRITES = 1_000;
/** Transitions of a canvas besides those of its tasks. */
const CANVAS_TRANSITIONS = 4;

/** Quotas of an account in us-east-1 that nobody has raised; those of new accounts are lower (10 environments). */
const QUOTAS: readonly (Quota & { readonly use: (peak: Peak) => number })[] = [
  {
    what: "API Gateway: requests/s",
    limit: 10_000,
    raisable: true,
    advice: "raise it, and the stage's apiRate; or submit batches",
    use: ({ submissions }) => submissions,
  },
  {
    what: "Lambda: environments at once",
    limit: 1_000,
    raisable: true,
    advice: "raise it first: a new account has 10",
    use: ({ environments, submissions }) => environments + submissions * REQUEST_SECONDS,
  },
  {
    what: "Lambda: environments of one queue",
    limit: 1_250,
    raisable: false,
    advice: "split the module, or give it batchSize",
    use: ({ environments, modules }) => environments / modules,
  },
  {
    what: "Lambda: invocations/s",
    limit: 10_000,
    raisable: true,
    advice: "comes with the environments, ten times as many; or batchSize",
    use: ({ tasks, submissions, requests }) => tasks * requests.deliveries + submissions,
  },
  {
    what: "SQS: messages in flight of one queue",
    limit: 120_000,
    raisable: true,
    advice: "split the module",
    use: ({ environments, modules }) => environments / modules,
  },
  {
    what: "Step Functions: transitions/s",
    limit: 5_000,
    raisable: true,
    advice: "raise it; groups above 10 members need few",
    use: ({ tasks, submissions, requests, isCanvas }) =>
      tasks * requests.transitions + (isCanvas ? submissions * CANVAS_TRANSITIONS : 0),
  },
  {
    what: "Step Functions: SendTask*/s",
    limit: 500,
    raisable: true,
    advice: "raise it before the load comes: each step of a chain answers one",
    use: ({ tasks, requests }) => tasks * requests.transitions,
  },
  {
    what: "Step Functions: StartExecution/s",
    limit: 300,
    raisable: true,
    advice: "longer chains, wider groups: each canvas is one",
    use: ({ submissions, isCanvas }) => (isCanvas ? submissions : 0),
  },
  {
    what: "DynamoDB: write units/s of the table",
    limit: 40_000,
    raisable: true,
    advice: "raise it; a new table takes 4,000 and grows by itself, or by warm throughput",
    use: ({ tasks, requests }) => tasks * (requests.writes + requests.indexWrites),
  },
  {
    what: "DynamoDB: read units/s of the table",
    limit: 40_000,
    raisable: true,
    advice: "raise it",
    use: ({ tasks, requests }) => tasks * requests.reads,
  },
  {
    what: "DynamoDB: writes/s of the index recent",
    limit: RECENT_SHARDS * PARTITION_WRITES,
    raisable: false,
    advice: "more shards, a change of the code: listings read them all",
    use: ({ tasks }) => tasks,
  },
  {
    what: "DynamoDB: writes/s of a task's statistics",
    limit: PARTITION_WRITES,
    raisable: false,
    advice: "nothing: environments that are refused write later, once a minute at the least",
    use: ({ tasks, environments, modules }) => Math.min(environments, tasks) / modules,
  },
];

/**
 * What a load asks of each quota at its peak, the nearest to its limit first. Arithmetic over the requests that
 * test/scenarios/calls.test.ts counts; no AWS was measured.
 */
export function quotaUse({ tasksPerDay, via, seconds, peak = 3, modules = 1 }: Load): QuotaUse[] {
  const tasks = (tasksPerDay / DAY_SECONDS) * peak;
  const at: Peak = {
    tasks,
    submissions: tasks / CARRIED[via],
    environments: tasks * workerSeconds(seconds),
    requests: REQUESTS[via],
    modules,
    isCanvas: via === "step" || via === "member",
  };
  const uses = QUOTAS.map(({ use, ...quota }) => ({ ...quota, used: use(at), share: use(at) / quota.limit }));
  return uses.toSorted((one, other) => other.share - one.share);
}
