// The size of each Lambda's bundle against its budget: `node scripts/sizes.ts`. What is over it fails, so that a
// dependency is noticed when it comes, not when a cold start has become slow.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleFunctions } from "../lib/bundle.ts";
import { discoverTasks } from "../lib/discover.ts";
import { discoverWorkflows } from "../lib/discover-workflows.ts";
import { buildRegistry } from "../lib/registry.ts";

const ROOT = join(import.meta.dirname, "..");

/** Bytes of a bundle without dependencies of its own. */
const PLAIN = 1_150_000;

/** Bytes where a Lambda has more to carry: parsers of documents, the reader of tokens. */
const BUDGETS: Readonly<Record<string, number>> = {
  // pdf.js 1.7 MB, its character maps 1.2 MB, the detector of encodings 1.1 MB: each loaded when a document needs it.
  "task-documents": 5_250_000,
  // The detector of encodings, and the letters by which a few words are told.
  "task-etl": 2_170_000,
};

const modules = await discoverTasks(ROOT);
const registry = buildRegistry(modules, await discoverWorkflows(ROOT, modules));
const folder = mkdtempSync(join(tmpdir(), "celeriac-sizes-"));
try {
  const { sizes } = await bundleFunctions({ root: ROOT, modules, registry, folder });
  for (const [name, bytes] of sizes) {
    const budget = BUDGETS[name] ?? PLAIN;
    const line = `${name}: ${Math.round(bytes / 1024)} KB of ${Math.round(budget / 1024)}`;
    if (bytes > budget) process.exitCode = 1;
    if (bytes > budget)
      console.error(`${line}: over its budget. Find what it loads (esbuild's metafile), or raise the budget.`);
    else console.log(line);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
