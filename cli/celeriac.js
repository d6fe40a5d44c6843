#!/usr/bin/env node
// Plain JavaScript that any Node from 20 on runs: the command line itself is TypeScript, for the Node that
// package.json pins.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const OLDEST = 24;

if (Number(process.versions.node.split(".")[0]) >= OLDEST) await import("./main.ts");
else runPinned();

/** Runs the command line again on the Node of devDependencies, with the same terminal. */
function runPinned() {
  const pinned = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  const main = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(pinned, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  // The terminal sends Ctrl-C to both; the child says how it ends.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    console.error(`celeriac: Node ${OLDEST} could not be started: ${error.message}. Run "npm ci".`);
    process.exitCode = 4;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
