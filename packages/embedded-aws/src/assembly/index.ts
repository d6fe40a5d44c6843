import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { messageOf } from "../values.ts";
import type { DeployedResource } from "../resource.ts";
import { AssetManifestSchema, ManifestSchema, TemplateSchema } from "./schema.ts";
import type { Manifest } from "./schema.ts";
import { resolveStack } from "./stack.ts";
import type { Published } from "./stack.ts";

/** A synthesized cloud assembly with every reference resolved. */
export interface Assembly {
  /** In the order in which the stacks deploy. */
  readonly resources: readonly DeployedResource[];
  /** The file or directory behind an object key of the bootstrap bucket; undefined if the assembly has none. */
  readonly assetPath: (objectKey: string) => string | undefined;
}

/**
 * Reads a cloud assembly (`cdk.out`): manifest, templates, asset manifests.
 * @param awsUrl where the local AWS answers; it becomes part of queue URLs
 * @throws Error in one line for a directory that holds no assembly, and for what the local AWS does not serve
 */
export function readAssembly(directory: string, awsUrl: string): Assembly {
  const manifestFile = join(directory, "manifest.json");
  if (!existsSync(manifestFile)) throw new Error(`${directory} holds no cloud assembly (manifest.json is missing).`);
  const manifest = readJson(manifestFile, ManifestSchema);

  const published: Published = { exports: new Map(), outputs: new Map() };
  const resources = stacksInOrder(manifest).flatMap(({ name, templateFile }) =>
    resolveStack(name, readJson(join(directory, templateFile), TemplateSchema), awsUrl, published),
  );
  const assets = readAssets(directory, manifest);
  return { resources, assetPath: (objectKey) => assets.get(objectKey) };
}

/** Producers before consumers: a depth-first walk over the manifest's dependencies. */
function stacksInOrder({ artifacts }: Manifest): readonly { name: string; templateFile: string }[] {
  const visited = new Set<string>();
  const order: { name: string; templateFile: string }[] = [];
  const visit = (id: string): void => {
    const artifact = artifacts[id];
    if (!artifact || visited.has(id)) return;
    visited.add(id);
    for (const dependency of artifact.dependencies) visit(dependency);
    if (artifact.type !== "aws:cloudformation:stack") return;
    const templateFile = artifact.properties?.templateFile ?? `${id}.template.json`;
    order.push({ name: artifact.properties?.stackName ?? id, templateFile });
  };
  for (const id of Object.keys(artifacts)) visit(id);
  return order;
}

function readAssets(directory: string, { artifacts }: Manifest): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  for (const artifact of Object.values(artifacts)) {
    const { file } = artifact.properties ?? {};
    if (artifact.type !== "cdk:asset-manifest" || file === undefined) continue;
    const manifestFile = join(directory, file);
    for (const { source, destinations } of Object.values(readJson(manifestFile, AssetManifestSchema).files)) {
      if (source.path === undefined) continue;
      const path = resolve(dirname(manifestFile), source.path);
      for (const { objectKey } of Object.values(destinations)) paths.set(objectKey, path);
    }
  }
  return paths;
}

function readJson<T extends z.ZodType>(file: string, schema: T): z.output<T> {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new Error(`${file} is not what a cloud assembly has there: ${messageOf(error)}`, { cause: error });
  }
}
