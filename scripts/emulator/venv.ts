import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf, run } from "./children.ts";

/** A package of PyPI that an emulator is. */
export interface PythonPackage {
  /** In the folder's name, and in messages. */
  readonly name: string;
  readonly version: string;
  /** As pip has it, without a version: `ministack`, `localstack-core[runtime]`. */
  readonly requirement: string;
  /** What else is installed, or bounded, by requirements of their own. */
  readonly with: readonly string[];
  /** The least Python, major and minor. */
  readonly python: readonly [number, number];
}

/**
 * The Python of a virtual environment with a package in just this version, made in the system's directory for temporary
 * files where it is not there yet, by pip as it is configured. CELERIAC_PYTHON names the Python to make it by.
 * @throws Error naming what is missing: that Python, or the package.
 */
export async function pythonWith({ name, version, requirement, ...more }: PythonPackage): Promise<string> {
  const folder = join(tmpdir(), `celeriac-${name}-${version}`);
  const python = join(folder, "bin", "python");
  // Written last, so that an installation that was broken off is not taken for a whole one.
  const whole = join(folder, "installed");
  if (existsSync(whole)) return python;
  const base = process.env["CELERIAC_PYTHON"] ?? "python3";
  const supported = ["-c", `import sys, venv; sys.exit(sys.version_info < (${more.python.join(", ")}))`];
  if ((await codeOf(base, supported, { quiet: true }).catch(() => 1)) !== 0) {
    throw new Error(
      `${base} is missing or too old: ${name} ${version} needs Python ${more.python.join(".")} or later, with venv. CELERIAC_PYTHON may name another.`,
    );
  }
  console.log(`${name} ${version} is installed into ${folder}`);
  await rm(folder, { recursive: true, force: true });
  await run(base, ["-m", "venv", folder]);
  const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await run(python, [...install, `${requirement}==${version}`, ...more.with]);
  await writeFile(whole, "");
  return python;
}
