import { type TaskLookup, nodeFaults } from "../src/core/define/check.ts";
import { DefinitionError } from "../src/core/errors.ts";
import type { Fault } from "../src/core/faults.ts";
import { pointer } from "../src/core/json.ts";
import { taskNodes } from "../src/core/canvas/node.ts";
import { parseNode } from "../src/core/canvas/parse-node.ts";
import { writeJson } from "../src/core/write-json.ts";
import { type KnownTask, knownTask, registerTask } from "../src/core/define/registry.ts";
import type { TaskNode } from "../src/core/canvas/signature.ts";
import { CodeTaskNodeSchema } from "../src/core/canvas/task-schema.ts";
import { type Asl, compileWorkflow } from "../src/core/workflow/asl.ts";
import type { TaskModule } from "./discover.ts";
import type { FoundWorkflow } from "./discover-workflows.ts";

/** A workflow as it is deployed. */
export interface CompiledWorkflow {
  readonly name: string;
  readonly definition: Asl;
  /** The modules whose queues its machine sends to. */
  readonly modules: readonly string[];
}

/**
 * Tasks of one workflow: with 8 history events each, and as many again for two retries, they stay below the 25,000 of
 * an execution.
 */
const MAX_TASKS = 1_000;
/** Bytes of one definition: CloudFormation takes templates of 1 MB, which hold the definitions of all. */
const MAX_DEFINITION = 400 * 1024;

/**
 * Checks workflows against the tasks that are deployed, and compiles them.
 * @param queueAllowance seconds that a state leaves its task for waiting in queues.
 * @throws DefinitionError naming the file, the workflow, the place and what is wrong there.
 */
export function compileWorkflows(
  found: readonly FoundWorkflow[],
  modules: readonly TaskModule[],
  queueAllowance: number,
): CompiledWorkflow[] {
  const lookup = lookupOf(modules);
  return found.map(({ workflow: { name, node }, file }) => {
    const where = `${file}: workflow "${name}"`;
    // As the API reads it: from JSON.
    const { json, faults: lost } = writeJson(node);
    if (json === null) throw refusal(where, lost);
    const parsed = parseNode(JSON.parse(json), [], CodeTaskNodeSchema);
    if (parsed.node === null) throw refusal(where, parsed.faults);
    const tasks = [...taskNodes(parsed.node, [], false)];
    if (tasks.length === 0) throw new DefinitionError(`${where} has no tasks. Give it at least one.`);
    if (tasks.length > MAX_TASKS) {
      throw new DefinitionError(
        `${where} has ${tasks.length} tasks; one execution has room for ${MAX_TASKS}. Submit it as a canvas, or split it.`,
      );
    }
    const faults = tasks.flatMap((task) => [...lastingFaults(task.node, task.path), ...taskFaults(task, lookup)]);
    if (faults.length > 0) throw refusal(where, faults);
    const definition = compileWorkflow(name, parsed.node, { find: (task) => lookup.find(task), queueAllowance });
    const bytes = Buffer.byteLength(JSON.stringify(definition));
    if (bytes > MAX_DEFINITION) {
      throw new DefinitionError(
        `${where} is compiled into ${bytes} bytes; ${MAX_DEFINITION} fit a template. Submit it as a canvas, or make its wide groups of one task each, which share a state.`,
      );
    }
    return { name, definition, modules: [...new Set(tasks.map((task) => moduleOf(task.node, lookup)))].toSorted() };
  });
}

/** Tasks as the API knows them, but with the schemas themselves. */
function lookupOf(modules: readonly TaskModule[]): TaskLookup {
  const known = new Map<string, KnownTask>(
    modules.flatMap((module) =>
      [...module.tasks, ...module.foreign].map((task) => [
        task.name,
        knownTask(registerTask(task), { args: task.args, kwargs: task.kwargs }),
      ]),
    ),
  );
  return {
    find: (name) => known.get(name) ?? null,
    longestLimit: (name) =>
      Math.max(0, ...[...known.values()].filter(({ module }) => module === name).map((task) => task.time_limit)),
  };
}

function moduleOf(node: TaskNode, lookup: TaskLookup): string {
  return lookup.find(node.task)?.module ?? "";
}

/** What may be said of one run, but not of all that a definition will have. */
function lastingFaults({ options }: TaskNode, path: readonly PropertyKey[]): Fault[] {
  const at = (name: string): string => pointer([...path, "options", name]);
  const links = (["link", "link_error"] as const).flatMap((kind) =>
    (options[kind] ?? []).flatMap((link, index) => lastingFaults(link, [...path, "options", kind, index])),
  );
  return [
    ...(options.task_id === undefined
      ? []
      : [{ path: at("task_id"), message: "is an id that only one run could have" }]),
    ...(options.eta === undefined ? [] : [{ path: at("eta"), message: "is one point in time; use countdown" }]),
    ...(typeof options.expires === "string"
      ? [{ path: at("expires"), message: "is one point in time; use seconds" }]
      : []),
    ...links,
  ];
}

/** Of a task that comes first a run gives the arguments that are not there yet; only what is there can be wrong. */
function taskFaults(
  { node, path, prepended }: { node: TaskNode; path: readonly PropertyKey[]; prepended: boolean },
  lookup: TaskLookup,
): Fault[] {
  if (prepended || node.immutable) return nodeFaults(node, lookup, prepended, path);
  const kwargs = pointer([...path, "kwargs"]);
  const missing = (fault: Fault): boolean =>
    fault.path.startsWith(kwargs) &&
    !Object.keys(node.kwargs).some((key) => fault.path.startsWith(kwargs + pointer([key])));
  return nodeFaults(node, lookup, true, path).filter((fault) => !missing(fault));
}

function refusal(where: string, faults: readonly Fault[]): DefinitionError {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  return new DefinitionError(`${where}: ${first?.path || "/"} ${first?.message ?? "is wrong"}${more}.`);
}
