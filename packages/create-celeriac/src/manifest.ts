import { VERSIONS } from "./versions.ts";

/** A package.json, as far as it is read and written here. */
export interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** The Node that apps need. */
const NODE = 24;

const SCRIPTS = {
  start: "celeriac dev",
  test: "vitest run",
  check: "tsc",
  synth: "celeriac synth",
  deploy: "celeriac deploy",
};

/** What an app's package.json begins with where there is none. */
export function emptyManifest(name: string): Manifest {
  return { name, version: "0.0.0", private: true, type: "module" };
}

/**
 * A package.json with the scripts and dependencies of an app. What is there stays as it is.
 * @param version Celeriac's.
 * @param running The Node that runs this, `v20.1.0`: where it is too old for an app, the app gets one of its own.
 */
export function completeManifest(manifest: Manifest, version: string, running: string): Manifest {
  const { dependencies = {}, devDependencies = {} } = manifest;
  const has = (name: string): boolean => Object.hasOwn(dependencies, name) || Object.hasOwn(devDependencies, name);
  const old = Number(/\d+/.exec(running)?.[0]) < NODE;
  const lacking = (wanted: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(wanted).filter(([name]) => !has(name)));
  const { zod, node, ...tools } = VERSIONS;
  return {
    ...manifest,
    scripts: { ...SCRIPTS, ...manifest.scripts },
    dependencies: sorted({ ...dependencies, ...lacking({ celeriac: version, zod }) }),
    devDependencies: sorted({ ...devDependencies, ...lacking({ ...tools, ...(old && { node }) }) }),
    // npm runs the install script of no other package: `node` fetches nothing, and puts itself in its place.
    ...(old &&
      !has("node") &&
      manifest["allowScripts"] === undefined && { allowScripts: { node: true, esbuild: false } }),
  };
}

function sorted(packages: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
