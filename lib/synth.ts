import { join } from "node:path";
import { deployedModules } from "./deployed-modules.ts";
import { ignoredFiles } from "./ignored-files.ts";
import { type Project, loadProject } from "./project.ts";
import { compileWorkflows } from "./workflows.ts";

/** What a cloud assembly was made of. */
export interface Synthesis extends Project {
  /** The folder of the cloud assembly. */
  readonly folder: string;
  /** What its author may not expect, a line each. */
  readonly warnings: readonly string[];
}

/**
 * Reads cdk.json, finds and bundles the task modules, and writes the cloud assembly of one stage: five stacks.
 * @param root The project's folder: cdk.json, functions; bundles go to its .celeriac/lambda.
 * @param variables `CDK_OUTDIR` says where the assembly goes (default cdk.out), `CELERIAC_STAGE` which stage (default
 *   dev; `-c stage=` of the CDK command comes first).
 * @throws DefinitionError for whatever is wrong with configuration, modules or tasks.
 */
export async function synthesize(root: string, variables: NodeJS.ProcessEnv): Promise<Synthesis> {
  // CDK takes as long to load as the bundles do to be made.
  const [project, { writeAssembly }] = await Promise.all([loadProject({ root, variables }), import("./assembly.ts")]);
  const { context, config, bundle } = project;
  const modules = deployedModules(project.modules, config, project.leftOut);
  const workflows = compileWorkflows(project.workflows, modules, config.queueAllowance);
  const folder = variables["CDK_OUTDIR"] ?? join(root, "cdk.out");
  const warnings = [
    ...(project.leftOut ?? []).map(({ why }) => why),
    ...(await ignoredFiles(root, config.taskFolders)),
  ];
  writeAssembly({ context, config, modules, workflows, bundles: bundle.folder, folder });
  return { ...project, modules, folder, warnings };
}
