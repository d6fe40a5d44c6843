#!/usr/bin/env node
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createApp } from "./index.ts";

const HELP = `Makes an app of tasks: npm create celeriac@latest FOLDER

The folder must be new or empty; in a repository that is there, "npx celeriac init" does the same.
`;

/** The version of this package, which is Celeriac's. */
function ownVersion(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(fileURLToPath(new URL("../package.json", import.meta.url)), "utf8"),
  );
  return version;
}

function main([given, ...more]: readonly string[]): number {
  if (given === undefined || given.startsWith("-") || more.length > 0) {
    process.stdout.write(HELP);
    return given === "--help" || given === "-h" ? 0 : 2;
  }
  const folder = resolve(given);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    process.stderr.write(`${folder} is not empty. Name another folder, or run "npx celeriac init" in it.\n`);
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  try {
    const { made } = createApp({ folder, name: basename(folder), version: ownVersion() });
    process.stdout.write(`${made.length} files in ${folder}. Next:\n\n  cd ${given}\n  npm install\n  npm start\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

process.exitCode = main(process.argv.slice(2));
