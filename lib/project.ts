import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { DefinitionError } from "../src/core/errors.ts";
import { type Bundle, bundleFunctions } from "./bundle.ts";
import { type StageConfig, loadConfig } from "./config.ts";
import { selectModules } from "./deployed-modules.ts";
import { type TaskModule, discoverTasks, refuseTwins } from "./discover.ts";
import { type PythonModules, discoverPython } from "./discover-python.ts";
import { type FoundWorkflow, discoverWorkflows } from "./discover-workflows.ts";
import { buildRegistry } from "./registry.ts";

/** What is deployed of an app: its stage, and its task modules, found and bundled. */
export interface Project {
  /** The stage's name: `-c stage=NAME`, else CELERIAC_STAGE, else `dev`. */
  readonly stage: string;
  /** `<prefix>-<stage>`: what all names of the stage begin with; a stack of this name is found by `--stage`. */
  readonly name: string;
  /** The app's folder. */
  readonly root: string;
  /** The stage as cdk.json says it. */
  readonly config: StageConfig;
  /** The CDK's context: cdk.json's, and what the command was given. */
  readonly context: Readonly<Record<string, unknown>>;
  /** All modules that were found, by their names; those that the stage turns off are not bundled. */
  readonly modules: readonly TaskModule[];
  readonly workflows: readonly FoundWorkflow[];
  readonly bundle: Bundle;
  /** Modules of Python that the local run goes without, with a line of why. @default none */
  readonly leftOut?: PythonModules["missing"];
}

/**
 * Reads cdk.json, finds the task modules and workflows of an app, and bundles its functions. Task modules are imported,
 * so their top level runs.
 * @param options.root The app's folder, with cdk.json and functions. @default where the command runs
 * @param options.variables CELERIAC_STAGE, and what the CDK's command passes on. @default the environment's
 * @throws DefinitionError for whatever is wrong with configuration, modules or tasks.
 */
export async function loadProject(
  options: { readonly root?: string; readonly variables?: NodeJS.ProcessEnv } = {},
): Promise<Project> {
  const { root = process.cwd(), variables = process.env } = options;
  const context = await readContext(root, variables);
  const config = loadConfig(context, variables);
  const [written, python] = await Promise.all([
    discoverTasks(root, config.taskFolders),
    discoverPython(root, config.taskFolders, variables),
  ]);
  const leftOut = missingOf(python, config);
  const modules = [...written, ...python.modules].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  refuseTwins(modules);
  const deployed = selectModules(modules, config, leftOut);
  const workflows = await discoverWorkflows(root, deployed);
  const celery = config.celery !== null;
  const registry = buildRegistry(deployed, workflows, celery);
  const bundle = await bundleFunctions({ root, modules: deployed, registry, celery });
  const name = `${config.prefix}-${config.stage}`;
  return { stage: config.stage, name, root, config, context, modules, workflows, bundle, leftOut };
}

/**
 * The modules that are left out here. @throws DefinitionError where the stage is deployed: its queue would go.
 */
function missingOf({ missing }: PythonModules, { stage, emulator }: StageConfig): PythonModules["missing"] {
  const [first] = missing;
  if (first === undefined || (stage === "local" && emulator === null)) return missing;
  throw new DefinitionError(`${first.why} A stage is deployed with all of its modules.`);
}

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()).default({}) });

/** The context of cdk.json, and over it what the CDK command was given (`-c stage=prod`). */
async function readContext(root: string, variables: NodeJS.ProcessEnv): Promise<Record<string, unknown>> {
  const { context } = CdkJson.parse(await readJson(join(root, "cdk.json")));
  return { ...context, ...CdkJson.shape.context.parse(JSON.parse(variables["CDK_CONTEXT_JSON"] ?? "{}")) };
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new DefinitionError(`There is no ${file}: run this where the app is.`);
  });
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new DefinitionError(`cdk.json is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
