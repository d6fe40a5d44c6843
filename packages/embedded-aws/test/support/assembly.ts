import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A resource as it stands in a template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Condition?: string;
}

/** A stack of a hand-made assembly. */
export interface TestStack {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Mappings?: Readonly<Record<string, unknown>>;
  /** Names of stacks that deploy first. */
  readonly needs?: readonly string[];
}

/** A new directory of its own under the system's one for temporary files. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "celeriac-test-"));
}

/**
 * Writes a cloud assembly as the CDK lays it out. `code` is the text of `index.mjs` by asset name. Returns its
 * directory.
 */
export function writeAssembly(
  stacks: Readonly<Record<string, TestStack>>,
  code: Readonly<Record<string, string>> = {},
  directory = temporaryDirectory(),
): string {
  const artifacts: Record<string, object> = {
    assets: { type: "cdk:asset-manifest", properties: { file: "assets.json" } },
  };
  for (const [name, { needs = [], ...template }] of Object.entries(stacks)) {
    const templateFile = `${name}.template.json`;
    artifacts[name] = {
      type: "aws:cloudformation:stack",
      dependencies: ["assets", ...needs],
      properties: { templateFile },
    };
    writeFileSync(join(directory, templateFile), JSON.stringify(template));
  }
  const files: Record<string, object> = {};
  for (const [asset, text] of Object.entries(code)) {
    mkdirSync(join(directory, `asset.${asset}`), { recursive: true });
    writeFileSync(join(directory, `asset.${asset}`, "index.mjs"), text);
    files[asset] = { source: { path: `asset.${asset}` }, destinations: { here: { objectKey: `${asset}.zip` } } };
  }
  writeFileSync(join(directory, "assets.json"), JSON.stringify({ files }));
  writeFileSync(join(directory, "manifest.json"), JSON.stringify({ version: "55.0.0", artifacts }));
  return directory;
}

/** A function whose code is the asset of that name. */
export function functionResource(asset: string, properties: Readonly<Record<string, unknown>> = {}): TemplateResource {
  return {
    Type: "AWS::Lambda::Function",
    Properties: {
      FunctionName: asset.replace(/-v\d+$/, ""),
      Handler: "index.handler",
      Runtime: "nodejs24.x",
      Timeout: 10,
      Code: { S3Bucket: "assets", S3Key: `${asset}.zip` },
      ...properties,
    },
  };
}

/** A queue with a short visibility timeout. */
export function queueResource(name: string, properties: Readonly<Record<string, unknown>> = {}): TemplateResource {
  return { Type: "AWS::SQS::Queue", Properties: { QueueName: name, VisibilityTimeout: 1, ...properties } };
}

/** A mapping between two logical ids of the same stack. */
export function mappingResource(
  queue: string,
  handler: string,
  properties: Readonly<Record<string, unknown>> = {},
): TemplateResource {
  return {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: {
      EventSourceArn: { "Fn::GetAtt": [queue, "Arn"] },
      FunctionName: { Ref: handler },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ...properties,
    },
  };
}
