import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { App } from "aws-cdk-lib/core";
import { z } from "zod";
import { DefinitionError } from "../src/core/errors.ts";
import { type Bundle, bundleFunctions } from "./bundle.ts";
import { type StageConfig, loadConfig } from "./config.ts";
import { type TaskModule, deployedModules, discoverTasks } from "./discover.ts";
import { buildRegistry } from "./registry.ts";
import { stageContext } from "./stage.ts";
import { ApiStack } from "./stacks/api.ts";
import { CanvasStack } from "./stacks/canvas.ts";
import { MonitoringStack } from "./stacks/monitoring.ts";
import { StorageStack } from "./stacks/storage.ts";
import { TasksStack } from "./stacks/tasks.ts";

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
 * @param root The project's folder: cdk.json, functions; bundles go to its dist/lambda.
 * @param variables `CDK_OUTDIR` says where the assembly goes (default cdk.out), `CELERIAC_STAGE` which stage (default dev; `-c stage=`
 *   of the CDK command comes first).
 * @throws DefinitionError for whatever is wrong with configuration, modules or tasks.
 */
export async function synthesize(root: string, variables: NodeJS.ProcessEnv): Promise<Synthesis> {
  const context = await readContext(root, variables);
  const config = loadConfig(context, variables);
  const modules = deployedModules(await discoverTasks(root), config.modulesOff);
  const bundle = await bundleFunctions({ root, modules, registry: buildRegistry(modules) });
  const app = new App({
    context,
    outdir: variables["CDK_OUTDIR"] ?? join(root, "cdk.out"),
    // Two thirds of the time, for templates that nobody deploys: the local run reads them itself.
    builtinCloudFormationValidation: config.stage !== "local",
    analyticsReporting: false,
    autoSynth: false,
    stackTraces: false,
    treeMetadata: false,
  });
  addStacks(app, config, modules, bundle.folder);
  return { folder: app.synth().directory, config, modules, bundle };
}

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

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

/** Adds the five stacks of a stage to `app`. They refer to each other by fixed names, so the order alone ties them. */
export function addStacks(app: App, config: StageConfig, modules: readonly TaskModule[], bundles: string): void {
  const stage = stageContext(config, bundles);
  const storage = new StorageStack(app, stage);
  const tasks = new TasksStack(app, stage, modules);
  const canvas = new CanvasStack(app, stage);
  const api = new ApiStack(app, stage);
  const monitoring = new MonitoringStack(app, stage, modules);
  tasks.addStackDependency(storage, "workers need the table and the bucket");
  canvas.addStackDependency(tasks, "it consumes the dead letters");
  api.addStackDependency(canvas, "what is submitted must find its queue");
  monitoring.addStackDependency(api, "alarms watch what is there");
}
