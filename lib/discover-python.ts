import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { DefinitionError } from "../src/core/errors.ts";
import { isModuleConfig } from "../src/core/define/module.ts";
import { type AnyTask, type ArgsSchema, defineTask } from "../src/core/define/task.ts";
import { PYTHON_ENTRY, type SourceFile, type TaskModule, checkName, moduleOptions } from "./discover.ts";
import { importModule } from "./import-module.ts";
import { OWN_ROOT, WORKER_PACKAGE } from "./own-files.ts";

/** Milliseconds that the import of an app may take, as the top level of a TypeScript module. */
const MAX_IMPORT = 30_000;

/** Exit code of the listing where Python lacks a package (functions/worker/celeriac_worker/listing.py). */
const MISSING = 3;

const Seconds = z.number().nullable();

/** What the listing says of a task. Options are by their names in `defineTask`. */
const ListedTask = z.object({
  name: z.string(),
  /** Celery's name. */
  celery: z.string(),
  parameters: z.array(z.string()),
  /** How many of them have no default. */
  required: z.number().int(),
  /** Whether it takes further arguments (`*args`). */
  rest: z.boolean(),
  /** Those that are given by name alone -> whether they must be. */
  keywords: z.record(z.string(), z.boolean()),
  /** Whether it takes further keyword arguments (`**kwargs`). */
  more: z.boolean(),
  timeLimit: Seconds,
  softTimeLimit: Seconds,
  maxRetries: z.number().nullable(),
  retryDelay: z.number(),
  autoretryFor: z.array(z.string()),
  retryBackoff: z.union([z.boolean(), z.number()]),
  retryBackoffMax: z.number(),
  retryJitter: z.boolean(),
  ignoreResult: z.boolean(),
  rateLimit: z.union([z.string(), z.number()]).nullable(),
});

const Listing = z.object({ executable: z.string(), tasks: z.array(ListedTask) });

/** The modules of Python among the task folders. */
export interface PythonModules {
  readonly modules: readonly TaskModule[];
  /** A line for each that cannot be read, since this machine lacks Python or a package of it. */
  readonly missing: readonly { readonly name: string; readonly why: string }[];
}

/**
 * The folders with a `celery_app.py` in `folders`. Python imports each app and tells its tasks: what is deployed is
 * never older than its sources, and no list has to be kept beside them.
 * @param root The project's folder. @param folders Relative to `root`.
 * @param variables PYTHON names the Python. @default python3
 * @throws DefinitionError where an app cannot be imported, or its tasks cannot be tasks here.
 */
export async function discoverPython(
  root: string,
  folders: readonly string[],
  variables: NodeJS.ProcessEnv,
): Promise<PythonModules> {
  const sources = (await Promise.all(folders.map((folder) => listFolders(root, folder)))).flat();
  const python = variables["PYTHON"] ?? "python3";
  const read = await Promise.all(sources.map((source) => readModule(root, source, python, variables)));
  return { modules: read.filter((one) => "tasks" in one), missing: read.filter((one) => "why" in one) };
}

interface PythonSource extends SourceFile {
  readonly folder: string;
}

async function listFolders(root: string, parent: string): Promise<PythonSource[]> {
  const entries = await readdir(join(root, parent), { withFileTypes: true }).catch(() => []);
  return entries
    .filter(({ name }) => !/^[_.]/.test(name) && existsSync(join(root, parent, name, PYTHON_ENTRY)))
    .map(({ name }) => checkName({ name, folder: `${parent}/${name}`, file: `${parent}/${name}/${PYTHON_ENTRY}` }));
}

async function readModule(
  root: string,
  source: PythonSource,
  python: string,
  variables: NodeJS.ProcessEnv,
): Promise<TaskModule | PythonModules["missing"][number]> {
  const { name, folder, file } = source;
  const listed = await list(python, join(root, folder), variables);
  if (typeof listed !== "string") {
    const options = await optionsOf(root, source);
    const tasks = listed.tasks.map((task) => toTask(source, task)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (tasks.length === 0)
      throw new DefinitionError(`${file}: its app has no task: expected functions with @app.task.`);
    return { name, file, tasks, foreign: [], options, python: { folder, executable: listed.executable } };
  }
  if (listed.startsWith(FAULT)) throw new DefinitionError(`${file}: ${listed.slice(FAULT.length)}.`);
  return {
    name,
    why: `${folder}/ is left out: ${listed} (${python}). Install what it needs, or name another by PYTHON.`,
  };
}

/** How the line of a fault of the module's own begins; another tells what is missing. */
const FAULT = "fault: ";

/** What Python tells of the app in `folder`, or a line of why it does not. */
async function list(
  python: string,
  folder: string,
  variables: NodeJS.ProcessEnv,
): Promise<z.output<typeof Listing> | string> {
  const child = spawn(python, ["-B", join(OWN_ROOT, WORKER_PACKAGE), "list", folder], {
    env: variables,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: MAX_IMPORT,
    killSignal: "SIGKILL",
  });
  const ended = once(child, "close");
  const [output, printed] = await Promise.all([text(child.stdout), text(child.stderr), ended]).catch(() => ["", ""]);
  if (child.pid === undefined) return "there is no Python";
  if (child.exitCode === 0) return Listing.parse(JSON.parse(output));
  if (child.exitCode === MISSING) return output;
  const last = printed.trim().split("\n").at(-1) ?? "";
  if (child.signalCode === null) return `${FAULT}it cannot be imported: ${output || last}`;
  return `${FAULT}its import has not ended after ${MAX_IMPORT / 1000} s`;
}

/** `module.ts` beside the app may say how queue and Lambda are built, as a file of tasks does. */
async function optionsOf(root: string, { name, folder }: PythonSource): Promise<TaskModule["options"]> {
  const file = `${folder}/module.ts`;
  const exports = existsSync(join(root, file)) ? await importModule(root, file) : {};
  return moduleOptions({ name, file }, Object.values(exports).filter(isModuleConfig));
}

/** The task as TypeScript would declare it. Python checks what it is called with; here its number and names are. */
function toTask({ name: module, file }: PythonSource, listed: z.output<typeof ListedTask>): AnyTask {
  const { name, celery, parameters, required, rest, keywords, more, ...told } = listed;
  const named = Object.fromEntries(
    Object.entries(keywords).map(([key, must]) => [key, must ? z.unknown() : z.unknown().optional()]),
  );
  try {
    return defineTask(`${module}.${name}`, {
      args: argsSchema(parameters.length, required, rest),
      kwargs: more ? z.looseObject(named) : z.strictObject(named),
      parameters,
      ...optionsFrom(told),
      run: () => {
        throw new DefinitionError(`${module}.${name} is Python: it runs in its own Lambda alone.`);
      },
    });
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new DefinitionError(`${file}: the task "${celery}" cannot be one here: ${why}`);
  }
}

/** Any values, as many as the parameters take: Python itself holds them to no types. */
function argsSchema(count: number, required: number, rest: boolean): ArgsSchema {
  const [first, ...others] = Array.from({ length: count }, (_, index) =>
    index < required ? z.unknown() : z.unknown().optional(),
  );
  if (first === undefined) return rest ? z.array(z.unknown()) : z.tuple([]);
  return rest ? z.tuple([first, ...others], z.unknown()) : z.tuple([first, ...others]);
}

type Told = Omit<
  z.output<typeof ListedTask>,
  "name" | "celery" | "parameters" | "required" | "rest" | "keywords" | "more"
>;

/** Celery has no hard limit unless the app says one; here the default of all tasks holds. Retries are Python's own. */
function optionsFrom({ timeLimit, softTimeLimit, autoretryFor, ...same }: Told) {
  return {
    ...same,
    ...(timeLimit !== null && { timeLimit }),
    ...(softTimeLimit !== null && { softTimeLimit }),
    autoretryFor: autoretryFor.map((name) => ({ [name]: class extends Error {} })[name] ?? Error),
  };
}
