import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

export const ROOT = join(import.meta.dirname, "..", "..");

const Packages = z.record(z.string(), z.string());
const Manifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  exports: z.record(z.string(), z.string()).default({}),
  bin: Packages.optional(),
  dependencies: Packages.default({}),
  devDependencies: Packages.default({}),
  keywords: z.array(z.string()).optional(),
});
export type Manifest = z.output<typeof Manifest>;

/** What an app has of its own and hands to Celeriac's constructs: two copies of these would not know each other. */
const PEERS = new Set(["aws-cdk-lib", "constructs"]);

/** The package.json of a folder of the repository. */
export function readManifest(folder: string): Manifest {
  return Manifest.parse(JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")));
}

/**
 * What is published of a package.json: entries as they are built, and neither scripts nor tools of the repository.
 * @param sources The folder that `dist` was built of, relative to the package's: `src` for a package in packages.
 */
export function publishedManifest(manifest: Manifest, sources: string): Record<string, unknown> {
  const { name, version, description, license, exports, bin, dependencies, devDependencies, keywords } = manifest;
  const peers = Object.entries(devDependencies).filter(([tool]) => PEERS.has(tool));
  const inside = (path: string): string => path.replace("./", "").replace(sources === "" ? "" : `${sources}/`, "");
  const built = (path: string): string => `./dist/${inside(path).replace(/\.ts$/, ".js")}`;
  const types = (path: string): string => `./dist/${inside(path).replace(/\.ts$/, ".d.ts")}`;
  const entries = Object.entries(exports).filter(([, path]) => path.endsWith(".ts"));
  return {
    name,
    version,
    description,
    keywords,
    license,
    type: "module",
    engines: { node: name === "create-celeriac" ? ">=20" : ">=24" },
    exports: {
      ...Object.fromEntries(entries.map(([key, path]) => [key, { types: types(path), default: built(path) }])),
      "./package.json": "./package.json",
    },
    ...(bin && { bin: Object.fromEntries(Object.entries(bin).map(([key, path]) => [key, built(path)])) }),
    files: ["dist", "source", "template"].filter((folder) => existsSync(join(ROOT, "dist/packages", name, folder))),
    dependencies: ranges(dependencies),
    ...(peers.length > 0 && {
      peerDependencies: Object.fromEntries(peers.map(([tool, tested]) => [tool, `^${tested}`])),
    }),
  };
}

/**
 * What others bring too: an app its zod, and each client of the SDK its core. Of a version that all can use one is
 * installed; pinned, the SDK's core alone came nine times more, with 72 MB.
 */
const SHARED = /^(zod$|@smithy\/|@aws-sdk\/(core$|credential-provider-))/;

function ranges(dependencies: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(dependencies).map(([name, version]) => [name, SHARED.test(name) ? `^${version}` : version]),
  );
}
