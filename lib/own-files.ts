import { extname, join } from "node:path";

/** Where Celeriac's own files lie: the repository, or the folder of the package that holds what was built of it. */
export const OWN_ROOT = join(import.meta.dirname, "..");

/** Sources are TypeScript in the repository, and JavaScript in the package: Node strips no types in node_modules. */
const EXTENSION = extname(import.meta.filename);

/**
 * A source file of Celeriac's own.
 * @param name relative to `root`, with `/` and without its extension: `functions/api/read`.
 */
export function ownFile(name: string, root = OWN_ROOT): string {
  return join(root, ...name.split("/")) + EXTENSION;
}

/** The package of Python that runs a Celery app's tasks, relative to {@link OWN_ROOT}. */
export const WORKER_PACKAGE = "functions/worker/celeriac_worker";
