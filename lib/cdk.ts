import type { App } from "aws-cdk-lib/core";
import { addStacks as add } from "./assembly.ts";
import { deployedModules } from "./deployed-modules.ts";
import type { Project } from "./project.ts";
import { compileWorkflows } from "./workflows.ts";

/** What an app's own CDK code imports. */
export { Celeriac } from "./celeriac.ts";
export type { CeleriacApi } from "./celeriac.ts";
export type { CeleriacProps, OwnDomain, OwnVpc } from "./props.ts";
export { loadProject } from "./project.ts";
export type { Project } from "./project.ts";
export type { StageConfig } from "./config.ts";
export { synthesize } from "./synth.ts";
export type { Synthesis } from "./synth.ts";
export { DefinitionError } from "../src/core/errors.ts";

/**
 * Adds a stage to an app as five stacks of its own, `<prefix>-<stage>-storage` and so on, which are deployed in their
 * order: for stages that grow beyond the 500 resources of one stack. {@link Celeriac} adds it to a stack of yours.
 * @throws DefinitionError for what cannot be deployed, naming what to change.
 */
export function addStacks(app: App, project: Project): void {
  const { config, bundle } = project;
  const modules = deployedModules(project.modules, config);
  add(app, config, modules, bundle.folder, compileWorkflows(project.workflows, modules, config.queueAllowance));
}
