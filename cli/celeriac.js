#!/usr/bin/env node
// Plain JavaScript that any Node from 20 on runs, to say in one line what an older one than 24 needs: the rest strips
// types, and is for Node 24.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const OLDEST = 24;

/** TypeScript in the repository, JavaScript in the package. */
const sources = fileURLToPath(new URL("main.ts", import.meta.url));
const main = existsSync(sources) ? sources : fileURLToPath(new URL("main.js", import.meta.url));

if (Number(process.versions.node.split(".")[0]) >= OLDEST) await import(pathToFileURL(main).href);
else runOther();

/** Runs the command line again on the Node that the app has among its packages, with the same terminal. */
function runOther() {
  const other = findOther();
  if (other === null) {
    console.error(
      `celeriac: Node ${OLDEST} or newer is needed, and this is ${process.version}. Take it with "nvm install ${OLDEST}" (.nvmrc names it), or have it in the app: "npm install --save-dev node@${OLDEST}".`,
    );
    process.exitCode = 4;
    return;
  }
  const child = spawn(other, [main, ...process.argv.slice(2)], { stdio: "inherit" });
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

/** The `node` package of the folder that the command runs in, or of the one that this file belongs to. */
function findOther() {
  for (const folder of [process.cwd(), dirname(main)]) {
    try {
      const manifest = createRequire(join(folder, "package.json")).resolve("node/package.json");
      const file = join(dirname(manifest), "bin", process.platform === "win32" ? "node.exe" : "node");
      const [major] = createRequire(manifest)(manifest).version.split(".");
      if (Number(major) >= OLDEST && existsSync(file)) return file;
    } catch {
      // It is not among them.
    }
  }
  return null;
}
