import { type Env, readEnv } from "./env.ts";
import { ChildTable } from "./child-table.ts";
import { CanvasTable } from "./canvas-table.ts";
import { ChosenIds } from "./chosen-ids.ts";
import { EffectTable } from "./effect-table.ts";
import { Letters } from "./letters.ts";
import { Payloads } from "./payloads.ts";
import { QueueAges } from "./queue-ages.ts";
import { Queues } from "./queues.ts";
import { Rates } from "./rates.ts";
import { type Registry, readRegistry } from "./registry.ts";
import { QueueSamples } from "./queue-samples.ts";
import { ScheduleTable } from "./schedule-table.ts";
import { Summaries } from "./summaries.ts";
import { Table } from "./table.ts";
import { TaskTable } from "./task-table.ts";

/** All that a function works with. */
export interface Services {
  readonly env: Env;
  readonly registry: Registry;
  readonly table: Table;
  readonly tasks: TaskTable;
  readonly canvases: CanvasTable;
  readonly children: ChildTable;
  readonly effects: EffectTable;
  readonly letters: Letters;
  readonly chosen: ChosenIds;
  readonly rates: Rates;
  readonly schedules: ScheduleTable;
  readonly summaries: Summaries;
  readonly queues: Queues;
  readonly ages: QueueAges;
  readonly samples: QueueSamples;
  readonly payloads: Payloads;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The services of a function whose bundle lies in `folder`, with its environment. */
export function createServices(folder: string, env: Env = readEnv()): Services {
  const table = new Table(env.table);
  const queues = new Queues(env.queuePrefix, env.schedules);
  return {
    env,
    registry: readRegistry(folder),
    table,
    tasks: new TaskTable(table, env.retention),
    canvases: new CanvasTable(table, env.retention),
    children: new ChildTable(table, env.retention),
    effects: new EffectTable(table, env.retention),
    letters: new Letters(table, env.retention),
    chosen: new ChosenIds(table, env.retention),
    rates: new Rates(table),
    schedules: new ScheduleTable(table),
    summaries: new Summaries(table),
    queues,
    samples: new QueueSamples(table, queues),
    ages: new QueueAges(table, queues, env.maxQueueAge),
    payloads: new Payloads(env.bucket),
    now: Date.now,
  };
}
