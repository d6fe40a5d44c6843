import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DefinitionError } from "../src/core/errors.ts";
import { type Workflow, isWorkflow } from "../src/core/workflow/workflow.ts";
import type { TaskModule } from "./discover.ts";
import { importModule } from "./import-module.ts";

/** A named workflow with the file that exports it. */
export interface FoundWorkflow {
  readonly workflow: Workflow;
  /** Relative to the project, with `/`. */
  readonly file: string;
}

/**
 * The named workflows of a project, by name: those that the task modules export, and those in `folder`.
 * @param modules The modules that are deployed: a workflow beside tasks that are not goes with them.
 * @param folder Relative to `root`; it need not exist. @default functions/workflows
 * @throws DefinitionError naming the file, what is wrong with it, and what to do.
 */
export async function discoverWorkflows(
  root: string,
  modules: readonly TaskModule[],
  folder = "functions/workflows",
): Promise<FoundWorkflow[]> {
  const found = new Map<string, FoundWorkflow>();
  const files = await listFiles(root, folder);
  const written = modules.filter(({ python }) => python === undefined).map((module) => module.file);
  for (const file of [...written, ...files]) {
    const values = new Set(Object.values(await importModule(root, file)));
    const workflows = [...values].filter(isWorkflow);
    if (workflows.length === 0 && files.includes(file)) {
      throw new DefinitionError(
        `${file} exports no workflow: export what defineWorkflow returns, or begin the file's name with "_" if it holds none.`,
      );
    }
    for (const workflow of workflows) add(found, { workflow, file });
  }
  return [...found.values()].toSorted((a, b) => (a.workflow.name < b.workflow.name ? -1 : 1));
}

async function listFiles(root: string, folder: string): Promise<string[]> {
  if (!existsSync(join(root, folder))) return [];
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(".ts") && !/^_|\.(test|d)\.ts$/.test(entry.name))
    .map((entry) => `${folder}/${entry.name}`)
    .toSorted();
}

/** One that a second file passes on is the same; another of its name would be run in its stead. */
function add(found: Map<string, FoundWorkflow>, next: FoundWorkflow): void {
  const { name } = next.workflow;
  const first = found.get(name);
  if (first !== undefined && first.workflow !== next.workflow) {
    throw new DefinitionError(
      `Workflow "${name}" is defined twice: in ${first.file}, and in ${next.file}. Rename one of them.`,
    );
  }
  if (first === undefined) found.set(name, next);
}
