import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { DefinitionError } from "../src/core/errors.ts";
import { type Bundle, bundleFunctions } from "./bundle.ts";
import { type StageConfig, loadConfig } from "./config.ts";
import { deployedModules } from "./deployed-modules.ts";
import { type TaskModule, discoverTasks } from "./discover.ts";
import { discoverWorkflows } from "./discover-workflows.ts";
import { buildRegistry } from "./registry.ts";
import { compileWorkflows } from "./workflows.ts";

/** What a cloud assembly was made of. */
export interface Synthesis {
  /** The folder of the cloud assembly. */
  readonly folder: string;
  readonly config: StageConfig;
  readonly modules: readonly TaskModule[];
  readonly bundle: Bundle;
}

/**
 * Reads cdk.json, finds and bundles the task modules, and writes the cloud assembly of one stage.
 * @param root The project's folder: cdk.json, functions; bundles go to its .celeriac/lambda.
 * @param variables `CDK_OUTDIR` says where the assembly goes (default cdk.out), `CELERIAC_STAGE` which stage (default
 *   dev; `-c stage=` of the CDK command comes first).
 * @throws DefinitionError for whatever is wrong with configuration, modules or tasks.
 */
export async function synthesize(root: string, variables: NodeJS.ProcessEnv): Promise<Synthesis> {
  const context = await readContext(root, variables);
  const config = loadConfig(context, variables);
  const modules = deployedModules(await discoverTasks(root, config.taskFolders), config);
  const found = await discoverWorkflows(root, modules);
  const workflows = compileWorkflows(found, modules, config.queueAllowance);
  const registry = buildRegistry(modules, found);
  // CDK takes as long to load as the bundles do to be made.
  const [bundle, { writeAssembly }] = await Promise.all([
    bundleFunctions({ root, modules, registry, celery: config.celery !== null }),
    import("./assembly.ts"),
  ]);
  const folder = variables["CDK_OUTDIR"] ?? join(root, "cdk.out");
  writeAssembly({ context, config, modules, workflows, bundles: bundle.folder, folder });
  return { folder, config, modules, bundle };
}

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()).default({}) });

/** The context of cdk.json, and over it what the CDK command was given (`-c stage=prod`). */
async function readContext(root: string, variables: NodeJS.ProcessEnv): Promise<Record<string, unknown>> {
  const { context } = CdkJson.parse(await readJson(join(root, "cdk.json")));
  return { ...context, ...CdkJson.shape.context.parse(JSON.parse(variables["CDK_CONTEXT_JSON"] ?? "{}")) };
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8");
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new DefinitionError(`cdk.json is no JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}
