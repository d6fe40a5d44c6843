import { DefinitionError } from "../src/core/errors.ts";
import { type RegistryFile, registerTask } from "../src/core/define/registry.ts";
import { intervalOf } from "../src/core/define/rate.ts";
import type { AnyTask } from "../src/core/define/task.ts";
import { scheduleName } from "./schedule-name.ts";
import type { TaskModule } from "./discover.ts";
import { isOfLists, schemasUnsaid } from "./json-schema-faults.ts";
import type { FoundWorkflow } from "./discover-workflows.ts";

/**
 * What `registry.json` says: every task of `modules`, in the order of modules and names, and every workflow.
 * @param bridge whether the bridge for Celery is deployed
 * @throws DefinitionError naming the task whose schemas JSON Schema cannot say, or whose alias another has too.
 */
export function buildRegistry(
  modules: readonly TaskModule[],
  workflows: readonly FoundWorkflow[] = [],
  bridge = false,
): RegistryFile {
  // Several modules may export the same foreign task.
  const known = [
    ...new Map(
      modules.flatMap(({ file, tasks, foreign }) => [...tasks, ...foreign].map((task) => [task, file] as const)),
    ),
  ];
  return {
    version: 1,
    tasks: known.map(([task, file]) => register(file, task)),
    intervals: Object.fromEntries(
      known.flatMap(([{ name, options }]) =>
        options.rateLimit === null ? [] : [[name, intervalOf(options.rateLimit)]],
      ),
    ),
    bridge,
    aliases: aliasesOf(known.map(([task]) => task)),
    foreign: Object.fromEntries(known.flatMap(([{ name, foreign }]) => (foreign === null ? [] : [[name, foreign]]))),
    workflows: workflows.map(({ workflow: { name, node } }) => ({ name, node })),
  };
}

/** @throws DefinitionError for two tasks of one name: a message of Celery's would run whichever was found last. */
function aliasesOf(tasks: readonly AnyTask[]): Record<string, string> {
  const aliases = new Map<string, string>();
  for (const { name, options } of tasks) {
    for (const alias of options.celery) {
      const other = aliases.get(alias);
      if (other !== undefined && other !== name) {
        throw new DefinitionError(
          `Tasks "${other}" and "${name}" both say that Celery calls them "${alias}". Take the name from one of them.`,
        );
      }
      aliases.set(alias, name);
    }
  }
  return Object.fromEntries(aliases);
}

function register(file: string, task: AnyTask): RegistryFile["tasks"][number] {
  const registered = toRegistry(file, task);
  if (!isOfLists(registered.args)) {
    throw new DefinitionError(
      `${file}: the args of "${task.name}" are no list: expected z.tuple([...]) of its positional arguments, or z.array(...) for any number. Named ones go into kwargs.`,
    );
  }
  const faults = [...schemasUnsaid(task.args, "args"), ...schemasUnsaid(task.kwargs, "kwargs")];
  if (faults.length === 0) return registered;
  const places = faults.map(({ path, message }) => `${path} ${message}`).join("; ");
  throw new DefinitionError(`${file}: "${task.name}" takes what JSON cannot say: ${places}.`);
}

function toRegistry(file: string, task: AnyTask): RegistryFile["tasks"][number] {
  try {
    return registerTask(task, (schedule) => scheduleName(task.name, schedule));
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new DefinitionError(`${file}: the args or kwargs of "${task.name}" cannot be written as JSON Schema: ${why}`);
  }
}
