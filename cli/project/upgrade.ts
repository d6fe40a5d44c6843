import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { ownVersion } from "../commands/report.ts";

/** How package managers add the newest version, by the file that tells which one an app uses. */
const ADD: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "pnpm-lock.yaml": ["pnpm", "add"],
  "yarn.lock": ["yarn", "add"],
  "package-lock.json": ["npm", "install"],
};

/** `celeriac upgrade`: installs the newest version, and says what to look at before it is deployed. */
export async function upgradeCommand(args: readonly string[]): Promise<void> {
  const version = args[0] ?? "latest";
  const lock = Object.keys(ADD).find((file) => existsSync(file)) ?? "package-lock.json";
  const [command = "npm", ...verb] = ADD[lock] ?? [];
  console.log(`From ${ownVersion()}: ${[command, ...verb].join(" ")} celeriac@${version}`);
  const child = spawn(command, [...verb, `celeriac@${version}`], {
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  const [code] = await once(child, "exit");
  process.exitCode = typeof code === "number" ? code : 1;
  if (code !== 0) return;
  console.log('Before you deploy: "npm test", then "npx celeriac doctor -c stage=NAME", which says what would change.');
}
