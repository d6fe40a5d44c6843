import { DefinitionError } from "../src/core/errors.ts";
import { type RegistryFile, registerTask } from "../src/core/registry.ts";
import type { Task } from "../src/core/task.ts";
import type { TaskModule } from "./discover.ts";

/**
 * What `registry.json` says: every task of `modules`, in the order of modules and names.
 * @throws DefinitionError naming the task whose schemas JSON Schema cannot say.
 */
export function buildRegistry(modules: readonly TaskModule[]): RegistryFile {
  return { version: 1, tasks: modules.flatMap(({ file, tasks }) => tasks.map((task) => register(file, task))) };
}

function register(file: string, task: Task): RegistryFile["tasks"][number] {
  try {
    return registerTask(task);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new DefinitionError(`${file}: the args or kwargs of "${task.name}" cannot be written as JSON Schema: ${why}`);
  }
}
