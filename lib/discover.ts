import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DefinitionError } from "../src/core/errors.ts";
import { MAX_TIME_LIMIT } from "../src/core/limits.ts";
import {
  type ModuleConfig,
  ModuleOptionsSchema,
  type ResolvedModuleOptions,
  isModuleConfig,
} from "../src/core/define/module.ts";
import { type AnyTask, isTask } from "../src/core/define/task.ts";
import { importModule } from "./import-module.ts";
import { isWorkflow } from "../src/core/workflow/workflow.ts";

/** A file among the task folders: a queue, a Lambda, and the tasks that run there. */
export interface TaskModule {
  /** The file's name without `.ts`: 1 to 40 characters. */
  readonly name: string;
  /** The file, relative to the project, with `/`. */
  readonly file: string;
  /** At least one, in the order of their names. */
  readonly tasks: readonly AnyTask[];
  /** What it exports of tasks that workers of Celery run. */
  readonly foreign: readonly AnyTask[];
  /** What `defineModule` said, or its defaults. */
  readonly options: ResolvedModuleOptions;
  /** Where its tasks are those of a Celery app. @default they are TypeScript */
  readonly python?: PythonModule;
}

/** A folder with a Celery app. */
export interface PythonModule {
  /** Relative to the project, with `/`. */
  readonly folder: string;
  /** The Python by which it was read, absolute: that of this machine. */
  readonly executable: string;
}

/** A module's file as it is found, before its exports are looked at. */
export interface SourceFile {
  readonly name: string;
  readonly file: string;
}

/** A file with what it exports. */
interface LoadedFile extends SourceFile {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** The file that makes a folder a module of Python: it has the Celery app, as `celery -A celery_app` finds it. */
export const PYTHON_ENTRY = "celery_app.py";

const MODULE_NAME = /^[a-z][a-z0-9_-]{0,39}$/;
/** Queues that the system has itself. */
const RESERVED = new Set(["canvas", "celery", "dead"]);

/** Where task modules lie unless a stage says otherwise. */
export const TASK_FOLDER = "functions/tasks";

/**
 * The task modules in `folders`, by name. Each file is imported, so its top level runs here, at synth.
 * @param root The project's folder; messages name files relative to it.
 * @param folders Relative to `root`. @default functions/tasks
 * @throws DefinitionError naming the file, what is wrong with it, and what to do.
 */
export async function discoverTasks(root: string, folders: readonly string[] = [TASK_FOLDER]): Promise<TaskModule[]> {
  const listed = await Promise.all(folders.map((folder) => listModules(root, folder)));
  const files = listed.flat().toSorted((one, other) => (one.name < other.name ? -1 : 1));
  refuseTwins(files);
  const loaded: LoadedFile[] = [];
  for (const file of files) {
    loaded.push({ ...file, exports: await importModule(root, file.file) });
  }
  refuseDuplicates(loaded);
  const owners = new Map(loaded.map((file) => [file.name, new Set(Object.values(file.exports))]));
  return loaded.map((file) => toModule(file, owners));
}

async function listModules(root: string, folder: string): Promise<SourceFile[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => {
    throw new DefinitionError(
      `${folder} does not exist: create it, with a task module in it such as ${folder}/math.ts.`,
    );
  });
  const names = entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(".ts") && !/^_|\.(test|d)\.ts$/.test(entry.name))
    .map((entry) => entry.name.slice(0, -".ts".length))
    .toSorted();
  if (names.length === 0 && !entries.some(({ name }) => existsSync(join(root, folder, name, PYTHON_ENTRY)))) {
    throw new DefinitionError(
      `${folder} holds no task module: add one, such as ${folder}/math.ts, that exports what defineTask returns.`,
    );
  }
  return names.map((name) => checkName({ name, file: `${folder}/${name}.ts` }));
}

/**
 * A module's file or folder, where its name can be a module's.
 * @throws DefinitionError
 */
export function checkName<Source extends SourceFile>(source: Source): Source {
  if (!MODULE_NAME.test(source.name)) {
    throw new DefinitionError(
      `${source.file}: "${source.name}" cannot name a module: expected a lower-case letter, then at most 39 lower-case letters, digits, "-" and "_". Rename the file, or begin its name with "_" if it holds no tasks.`,
    );
  }
  if (RESERVED.has(source.name)) {
    throw new DefinitionError(
      `${source.file}: "${source.name}" is the name of a queue of Celeriac's own. Rename the file.`,
    );
  }
  return source;
}

/**
 * Two files of one name, in two folders: a module has one queue.
 * @param files in the order of their names.
 * @throws DefinitionError
 */
export function refuseTwins(files: readonly SourceFile[]): void {
  for (const [index, { name, file }] of files.entries()) {
    const next = files[index + 1];
    if (next?.name !== name) continue;
    throw new DefinitionError(`${file} and ${next.file} would both be the module "${name}". Rename one of the files.`);
  }
}

/** Two tasks of one name, in one file or in two: a message would run whichever was found last. */
function refuseDuplicates(files: readonly LoadedFile[]): void {
  const seen = new Map<string, { readonly task: AnyTask; readonly where: string }>();
  for (const { file, exports } of files) {
    for (const [key, task] of Object.entries(exports)) {
      if (!isTask(task)) continue;
      const where = `${key} in ${file}`;
      const first = seen.get(task.name);
      if (first !== undefined && first.task !== task) {
        throw new DefinitionError(
          `Task "${task.name}" is defined twice: ${first.where}, and ${where}. Rename one of them.`,
        );
      }
      seen.set(task.name, first ?? { task, where });
    }
  }
}

function toModule(source: LoadedFile, owners: ReadonlyMap<string, ReadonlySet<unknown>>): TaskModule {
  const { name, file } = source;
  const values = [...new Set(Object.values(source.exports))];
  const exported = values.filter(isTask);
  const foreign = exported.filter((task) => task.foreign !== null);
  const tasks = exported.filter((task) => task.foreign === null && isOwn(task, source, owners));
  if (tasks.length === 0 && values.some(isWorkflow)) {
    throw new DefinitionError(`${file} exports a workflow and no task: move it to functions/workflows.`);
  }
  if (tasks.length === 0 && foreign.length > 0) {
    throw new DefinitionError(
      `${file} exports no task that runs here: export what foreignTask returns from a module that has one.`,
    );
  }
  if (tasks.length === 0) {
    throw new DefinitionError(
      `${file} exports no task: export what defineTask returns, or begin the file's name with "_" if it holds none.`,
    );
  }
  tasks.sort((a, b) => (a.name < b.name ? -1 : 1));
  const module = { name, file, tasks, foreign, options: moduleOptions(source, values.filter(isModuleConfig)) };
  refuseLongBatch(module);
  return module;
}

/**
 * Whether the task belongs to the file; one that its own module exports too is only passed on, and is nobody's mistake.
 */
function isOwn(task: AnyTask, { name, file }: LoadedFile, owners: ReadonlyMap<string, ReadonlySet<unknown>>): boolean {
  if (task.module === name) return true;
  if (owners.get(task.module)?.has(task)) return false;
  const own = `${name}.${task.name.slice(task.module.length + 1)}`;
  throw new DefinitionError(
    `${file}: a task's name begins with its file's, got "${task.name}". Rename the task "${own}", or move it to ${file.replace(/[^/]+$/, "")}${task.module}.ts.`,
  );
}

/**
 * What a file says of its module.
 * @throws DefinitionError where it says it twice.
 */
export function moduleOptions({ file }: SourceFile, configs: readonly ModuleConfig[]): ResolvedModuleOptions {
  if (configs.length > 1) {
    throw new DefinitionError(
      `${file} exports ${configs.length} results of defineModule: a module has one queue and one Lambda. Keep one.`,
    );
  }
  return configs[0]?.options ?? ModuleOptionsSchema.parse({});
}

/** @throws DefinitionError where one invocation could not run all of a batch to their hard limits. */
export function refuseLongBatch({ file, tasks, options: { batchSize } }: TaskModule): void {
  const seconds = batchSize * longestLimit(tasks);
  if (seconds > MAX_TIME_LIMIT) {
    throw new DefinitionError(
      `${file}: batchSize ${batchSize} times the longest timeLimit of ${longestLimit(tasks)} s is ${seconds} s, and one invocation has ${MAX_TIME_LIMIT} s. Lower batchSize or timeLimit, or move long tasks to a module of their own.`,
    );
  }
}

/** Seconds: the longest hard limit among `tasks`. */
export function longestLimit(tasks: readonly AnyTask[]): number {
  return Math.max(...tasks.map((task) => task.options.timeLimit));
}
