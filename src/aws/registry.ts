import { readFileSync } from "node:fs";
import * as z from "zod";
import { CELERY_QUEUE } from "../core/celery.ts";
import {
  type KnownTask,
  type RegisteredTask,
  type RegisteredWorkflow,
  type RegistryFile,
  RegistrySchema,
  knownTask,
} from "../core/define/registry.ts";
import type { ForeignWorker } from "../core/define/task.ts";

/** Every task and workflow that is deployed, as the file that synth wrote beside the bundle says. */
export class Registry {
  readonly tasks: readonly RegisteredTask[];
  readonly workflows: readonly RegisteredWorkflow[];
  readonly #known = new Map<string, KnownTask>();
  readonly #registered: ReadonlyMap<string, RegisteredTask>;

  readonly #intervals: ReadonlyMap<string, number>;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #foreign: ReadonlyMap<string, ForeignWorker>;
  readonly #bridge: boolean;

  constructor(file: Partial<RegistryFile> & Pick<RegistryFile, "tasks">) {
    const { tasks, workflows = [], intervals = {}, aliases = {}, foreign = {}, bridge = false } = file;
    this.#bridge = bridge;
    this.tasks = tasks;
    this.workflows = workflows;
    this.#intervals = new Map(Object.entries(intervals));
    this.#aliases = new Map(Object.entries(aliases));
    this.#foreign = new Map(Object.entries(foreign));
    this.#registered = new Map(tasks.map((task) => [task.name, task]));
  }

  /**
   * The task `name` with its schemas, which are made of JSON Schema when they are first needed; null where there is
   * none.
   */
  find(name: string): KnownTask | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const task = this.#registered.get(name);
    if (task === undefined) return null;
    const made = knownTask(task, { args: z.fromJSONSchema(task.args), kwargs: z.fromJSONSchema(task.kwargs) });
    this.#known.set(name, made);
    return made;
  }

  /** The workflow `name`, or null where there is none. */
  workflow(name: string): RegisteredWorkflow | null {
    return this.workflows.find((workflow) => workflow.name === name) ?? null;
  }

  /** Milliseconds between two starts of the task `name`; null where it has no rate limit. */
  intervalOf(name: string): number | null {
    return this.#intervals.get(name) ?? null;
  }

  /** The name here of the task that clients of Celery call so; null where no task says so. */
  aliasOf(name: string): string | null {
    return this.#aliases.get(name) ?? null;
  }

  /** What runs the task `name`, where that is a worker of Celery; else null. */
  foreign(name: string): ForeignWorker | null {
    return this.#foreign.get(name) ?? null;
  }

  /** The longest hard limit of a module's tasks, seconds: what its function's timeout is made for. */
  longestLimit(module: string): number {
    return Math.max(0, ...this.tasks.filter((task) => task.module === module).map((task) => task.time_limit));
  }

  /** The modules that have tasks, sorted, and the bridge for Celery, whose queue is as theirs. */
  modules(): string[] {
    const bridge = this.#bridge ? [CELERY_QUEUE] : [];
    return [...new Set([...this.tasks.map((task) => task.module), ...bridge])].toSorted();
  }
}

/** Reads the registry that lies in `folder`. @throws Error where there is none, or of another version. */
export function readRegistry(folder: string): Registry {
  return new Registry(RegistrySchema.parse(JSON.parse(readFileSync(`${folder}/registry.json`, "utf8"))));
}
