import { DefinitionError } from "../src/core/errors.ts";
import { ModuleOptionsSchema, type ResolvedModuleOptions } from "../src/core/define/module.ts";
import type { StageConfig } from "./config.ts";
import { type TaskModule, refuseLongBatch } from "./discover.ts";

type ModulesConfig = Pick<
  StageConfig,
  "celery" | "stage" | "prefix" | "modulesOff" | "modules" | "retiredModules" | "vpcs"
> &
  Partial<Pick<StageConfig, "emulator">>;

/** Characters of a Lambda's name (CreateFunction, API reference). */
const LONGEST_NAME = 64;

/**
 * The modules that a stage deploys, with what it says differently of them than they do themselves.
 * @param leftOut modules that are there, and cannot be read: what the stage says of them is no typo.
 * @throws DefinitionError for a name that is no module (a typo would deploy what was to stay away), for a retired one
 *   that is there, for a VPC that the stage does not have, for a name
 *   that is too long with the prefix before it, or where no module is left.
 */
export function deployedModules(
  all: readonly TaskModule[],
  config: ModulesConfig,
  leftOut: readonly { readonly name: string }[] = [],
): TaskModule[] {
  return selectModules(all, config, leftOut).map((module) => forStage(module, config));
}

/**
 * The modules that a stage deploys, as they are themselves.
 * @param leftOut modules that are there, and cannot be read.
 * @throws DefinitionError for a name that is no module, for a retired one that is there, or where none is left.
 */
export function selectModules(
  all: readonly TaskModule[],
  config: ModulesConfig,
  leftOut: readonly { readonly name: string }[] = [],
): TaskModule[] {
  const names = [...all, ...leftOut].map((module) => module.name);
  refuseUnknown("modulesOff", config.modulesOff, names);
  refuseUnknown("modules", Object.keys(config.modules), names);
  const deployed = all.filter((module) => !config.modulesOff.includes(module.name));
  const alive = config.retiredModules.filter((name) => deployed.some((module) => module.name === name));
  if (alive.length > 0) {
    throw new DefinitionError(
      `cdk.json: retiredModules names ${quoted(alive)}, which the stage deploys. Take the name out, or the module away.`,
    );
  }
  if (deployed.length === 0) {
    throw new DefinitionError(`cdk.json: modulesOff turns off every module (${names.join(", ")}). Leave one on.`);
  }
  for (const module of deployed) refuseLongName(module, config);
  // Without the bridge nobody would send to the workers of Celery.
  return config.celery === null ? deployed.map((module) => ({ ...module, foreign: [] })) : deployed;
}

function refuseLongName({ name, file }: TaskModule, { prefix, stage }: ModulesConfig): void {
  const lambda = `${prefix}-${stage}-task-${name}`;
  if (lambda.length <= LONGEST_NAME) return;
  throw new DefinitionError(
    `${file}: its Lambda would be "${lambda}", of ${lambda.length} characters, and a name has ${LONGEST_NAME}. Rename the file, or shorten context.prefix in cdk.json.`,
  );
}

function refuseUnknown(key: string, given: readonly string[], names: readonly string[]): void {
  const unknown = given.filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new DefinitionError(
    `cdk.json: ${key} names ${quoted(unknown)}, and the modules are ${names.join(", ")}. Correct it, or take it out.`,
  );
}

function forStage(module: TaskModule, { modules, vpcs, stage, emulator = null }: ModulesConfig): TaskModule {
  const vpc = vpcOf(module, vpcs);
  const parsed = ModuleOptionsSchema.safeParse({ ...module.options, ...modules[module.name], vpc });
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new DefinitionError(`cdk.json: modules.${module.name}: ${faults.join("; ")}.`);
  }
  const changed = { ...module, options: parsed.data };
  refuseLongBatch(changed);
  refuseWithoutPython(changed, stage, emulator);
  return changed;
}

/** @throws DefinitionError for a module of Python whose Lambda would have none. The local run has the machine's. */
function refuseWithoutPython(
  { name, file, python, options }: TaskModule,
  stage: string,
  emulator: string | null,
): void {
  if (python === undefined || options.layers.length > 0 || (stage === "local" && emulator === null)) return;
  throw new DefinitionError(
    `${file}: Lambda's runtime for Node has no Python: name a layer with python3 and celery, in cdk.json as {"modules": {"${name}": {"layers": ["arn:aws:lambda:..."]}}}. docs/migrating.md says how one is made.`,
  );
}

function vpcOf({ file, options: { vpc } }: TaskModule, vpcs: ModulesConfig["vpcs"]): ResolvedModuleOptions["vpc"] {
  if (typeof vpc !== "string") return vpc;
  const found = vpcs[vpc];
  if (found !== undefined) return found;
  throw new DefinitionError(
    `${file}: defineModule names the VPC "${vpc}", and the stage's vpcs in cdk.json do not. Add {"vpcs": {"${vpc}": {"subnetIds": [...], "securityGroupIds": [...]}}}, or null for a stage without.`,
  );
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
