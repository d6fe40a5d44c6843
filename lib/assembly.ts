import { CfnEventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { CfnStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { App, Aspects } from "aws-cdk-lib/core";
import type { StageConfig } from "./config.ts";
import type { TaskModule } from "./discover.ts";
import { EMULATORS, type Emulator } from "./emulator.ts";
import { stageContext } from "./stage.ts";
import { ApiStack } from "./stacks/api.ts";
import { CanvasStack } from "./stacks/canvas.ts";
import { MonitoringStack } from "./stacks/monitoring.ts";
import { StorageStack } from "./stacks/storage.ts";
import { TasksStack } from "./stacks/tasks.ts";
import type { CompiledWorkflow } from "./workflows.ts";

/** Writes the cloud assembly of a stage to `folder`. */
export function writeAssembly(options: {
  /** The CDK context: its feature flags. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly config: StageConfig;
  readonly modules: readonly TaskModule[];
  readonly workflows: readonly CompiledWorkflow[];
  /** The folder with a folder for each Lambda's bundle. */
  readonly bundles: string;
  readonly folder: string;
}): void {
  const app = new App({
    context: options.context,
    outdir: options.folder,
    // Most of the time, for templates that nobody deploys: the local run reads them itself.
    builtinCloudFormationValidation: options.config.stage !== "local",
    analyticsReporting: false,
    autoSynth: false,
    stackTraces: false,
    treeMetadata: false,
  });
  addStacks(app, options.config, options.modules, options.bundles, options.workflows);
  app.synth();
}

/** Adds the five stacks of a stage to `app`. They refer to each other by fixed names, so the order alone ties them. */
export function addStacks(
  app: App,
  config: StageConfig,
  modules: readonly TaskModule[],
  bundles: string,
  workflows: readonly CompiledWorkflow[] = [],
): void {
  const stage = stageContext(config, bundles);
  const storage = new StorageStack(app, stage);
  const tasks = new TasksStack(app, stage, modules);
  const canvas = new CanvasStack(app, stage, workflows);
  const api = new ApiStack(app, stage);
  tasks.addStackDependency(storage, "workers need the table and the bucket");
  canvas.addStackDependency(tasks, "it consumes the dead letters");
  api.addStackDependency(canvas, "what is submitted must find its queue");
  const emulator = config.emulator === null ? null : EMULATORS[config.emulator];
  if (emulator !== null) adapt(app, emulator);
  if (emulator?.alarms === false) return;
  const monitoring = new MonitoringStack(app, stage, modules);
  monitoring.addStackDependency(api, "alarms watch what is there");
}

/** Has what the constructs made be as an emulator needs it. */
function adapt(app: App, { batchingWindow, retries }: Emulator): void {
  Aspects.of(app).add({
    visit: (node) => {
      if (node instanceof CfnEventSourceMapping && batchingWindow > 0)
        node.maximumBatchingWindowInSeconds = batchingWindow;
      if (node instanceof CfnStateMachine && !retries) node.definitionString = withoutRetry(node.definitionString);
    },
  });
}

function withoutRetry(definition = ""): string {
  // A state may be called so as well; a state's own is a list.
  return JSON.stringify(JSON.parse(definition), (key, value: unknown) =>
    key === "Retry" && Array.isArray(value) ? undefined : value,
  );
}
