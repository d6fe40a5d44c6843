import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib/core";
import * as z from "zod";
import { type StageConfig, loadConfig } from "../../lib/config.ts";
import { deployedModules } from "../../lib/deployed-modules.ts";
import { type TaskModule, discoverTasks } from "../../lib/discover.ts";
import { addStacks } from "../../lib/assembly.ts";
import { discoverWorkflows } from "../../lib/discover-workflows.ts";
import { type ModuleOptions, defineModule } from "../../src/core/define/module.ts";
import { type CompiledWorkflow, compileWorkflows } from "../../lib/workflows.ts";

/** A small project of its own, so that these tests do not change with the tasks that ship. */
export const PROJECT = join(import.meta.dirname, "../fixtures/project");

const Resource = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  DependsOn: z.unknown().optional(),
});
const Template = z.object({
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.unknown()).default({}),
});

/** A resource of a template, intrinsics written out as {@link render} does. */
export interface Rendered extends z.output<typeof Resource> {
  readonly id: string;
}

/** A stage as it would be deployed. */
export interface Stage {
  readonly config: StageConfig;
  readonly modules: readonly TaskModule[];
  /** Short stack name (`storage`) -> what it holds. */
  readonly stacks: Readonly<
    Record<string, { readonly resources: readonly Rendered[]; readonly outputs: Readonly<Record<string, unknown>> }>
  >;
  /** All resources of one type, of all stacks. */
  all(type: string): Rendered[];
  /** One property of all resources of one type, of all stacks. */
  values(type: string, key: string): unknown[];
  /** The one resource of that type whose properties have `value` under `key`. */
  one(type: string, key: string, value: unknown): Rendered;
}

/**
 * The stage's templates, from the stages of a cdk.json. Bundles are stand-ins: what is in them does not show in a
 * template.
 * @param options what modules ask for in place of what their files say, by their names.
 * @param prefix what the app's names begin with.
 */
export async function synthesizeStage(
  stages: unknown,
  stage: string,
  root = PROJECT,
  options: Readonly<Record<string, ModuleOptions>> = {},
  prefix = "celeriac",
): Promise<Stage> {
  const config = loadConfig({ stages, stage, prefix }, {});
  const found = (await discoverTasks(root, config.taskFolders)).map((module) => {
    const asked = options[module.name];
    return asked === undefined ? module : { ...module, options: defineModule(asked).options };
  });
  const modules = deployedModules(found, config);
  const workflows = compileWorkflows(await discoverWorkflows(root, modules), modules, config.queueAllowance);
  const folder = await mkdtemp(join(tmpdir(), "celeriac-"));
  try {
    const names = [
      ...modules.map(({ name }) => `task-${name}`),
      "canvas",
      "api-submit",
      "api-read",
      "api-wait",
      "api-operate",
      "api-authorize",
      "celery",
    ];
    for (const name of names) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, "index.mjs"), `// ${name}`);
    }
    return read(config, modules, folder, workflows);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function read(
  config: StageConfig,
  modules: readonly TaskModule[],
  folder: string,
  workflows: readonly CompiledWorkflow[],
): Stage {
  const app = new App({
    outdir: join(folder, "out"),
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  addStacks(app, config, modules, folder, workflows);
  const stacks = Object.fromEntries(
    app.synth().stacks.map((stack) => {
      const template = Template.parse(stack.template);
      const resources = Object.entries(template.Resources).map(([id, resource]) =>
        Object.assign(resource, { id, Properties: renderObject(resource.Properties) }),
      );
      return [
        stack.stackName.replace(`${config.prefix}-${config.stage}-`, ""),
        { resources, outputs: renderObject(template.Outputs) },
      ];
    }),
  );
  const every = Object.values(stacks).flatMap((stack) => stack.resources);
  const all = (type: string) => every.filter((resource) => resource.Type === type);
  return {
    config,
    modules,
    stacks,
    all,
    values: (type, key) => all(type).map(({ Properties }) => Properties[key]),
    one: (type, key, value) => {
      const found = all(type).filter((resource) => resource.Properties[key] === value);
      if (found.length !== 1 || found[0] === undefined)
        throw new Error(`${found.length} resources of ${type} have ${key} ${String(value)}, expected 1.`);
      return found[0];
    },
  };
}

const AWS = new Map([
  ["AWS::Partition", "aws"],
  ["AWS::Region", "REGION"],
  ["AWS::AccountId", "ACCOUNT"],
  ["AWS::URLSuffix", "amazonaws.com"],
]);

/**
 * A value with its intrinsics written out: `{Ref: "AWS::Region"}` -> `REGION`, `{"Fn::GetAtt": ["A", "Arn"]}` ->
 * `A.Arn`.
 */
function render(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(render);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [key, inner] = entries[0] ?? [];
  if (entries.length === 1 && key === "Ref" && typeof inner === "string") return AWS.get(inner) ?? inner;
  if (entries.length === 1 && key === "Fn::GetAtt" && Array.isArray(inner)) return inner.join(".");
  if (entries.length === 1 && key === "Fn::Join" && Array.isArray(inner) && Array.isArray(inner[1]))
    return inner[1].map(render).join(String(inner[0]));
  return renderObject(value);
}

function renderObject(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, render(inner)]));
}

const list = z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(z.string()));
const Statement = z.object({
  Effect: z.string(),
  Action: list,
  Resource: list.default([]),
  Principal: z.unknown().optional(),
  Condition: z.unknown().optional(),
});
export type PolicyStatement = z.output<typeof Statement>;

const Document = z.object({ Statement: z.array(Statement) });

/** The statements of a role, of a queue's or bucket's policy, or of a key. */
export function statementsOf({ Properties }: Rendered): PolicyStatement[] {
  const inline = z
    .array(z.object({ PolicyDocument: Document }))
    .default([])
    .parse(Properties["Policies"]);
  const own = Document.optional().parse(Properties["PolicyDocument"] ?? Properties["KeyPolicy"]);
  return [...inline.flatMap((policy) => policy.PolicyDocument.Statement), ...(own?.Statement ?? [])];
}

/** What a function's role allows: `action resource` lines, sorted. */
export function rightsOf(stage: Stage, functionName: string): string[] {
  const lambda = stage.one("AWS::Lambda::Function", "FunctionName", functionName);
  const role = stage.all("AWS::IAM::Role").find(({ id }) => `${id}.Arn` === lambda.Properties["Role"]);
  if (role === undefined) throw new Error(`${functionName} has no role of its own.`);
  return statementsOf(role)
    .flatMap(({ Action, Resource }) => Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)))
    .toSorted();
}
