import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";
import { pythonWith } from "../emulator/venv.ts";
import type { Acknowledged } from "./acknowledged.ts";
import { emfFaults } from "./emf.ts";

/** What says something of templates. */
export const TOOLS = {
  "cfn-lint": "1.58.0",
  checkov: "3.3.30",
  parliament: "1.6.4",
  "asl-validator": "4.0.0",
} as const;

/** The findings of each tool over some templates, a line for each. `folder` is for files of their own. */
export type Ask = (templates: readonly string[], folder: string) => Readonly<Record<Acknowledged["tool"], string[]>>;

/** Installs the tools into the system's folder for temporary files, where they are not there yet. */
export async function createAsk(): Promise<Ask> {
  const python = await pythonWith({
    name: "second-opinion",
    version: TOOLS["cfn-lint"],
    requirement: "cfn-lint",
    // parliament asks for pkg_resources, which setuptools 81 and later lack.
    with: [`checkov==${TOOLS.checkov}`, `parliament==${TOOLS.parliament}`, "setuptools<81"],
    python: [3, 10],
  });
  const bin = dirname(python);
  const validator = aslValidator();
  return (templates, folder) => ({
    "cfn-lint": cfnLint(bin, templates),
    checkov: checkov(bin, templates),
    parliament: parliament(bin, templates),
    "asl-validator": validate(validator, templates, folder),
    "EMF schema": emfFaults(),
  });
}

/** @throws Error where the command cannot be run, or ends otherwise than a tool that has looked at all. */
function output(command: string, args: readonly string[], codes: (code: number) => boolean = (code) => code === 0) {
  const { stdout, stderr, status, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1e9 });
  if (error !== undefined) throw error;
  if (status === null || !codes(status)) throw new Error(`${command} ended with ${status}: ${stderr.slice(-2_000)}`);
  return stdout;
}

const linesOf = (text: string): string[] => text.split("\n").filter(Boolean);

function cfnLint(bin: string, templates: readonly string[]): string[] {
  // Its exit code is a sum: 2 for errors, 4 for warnings, 8 for information.
  const found = output(join(bin, "cfn-lint"), ["--format", "parseable", "--", ...templates], (code) => code !== 1);
  return linesOf(found);
}

const Checked = z.object({
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
  }),
  summary: z.object({ parsing_errors: z.literal(0), passed: z.int().positive() }),
});

function checkov(bin: string, templates: readonly string[]): string[] {
  const args = ["--framework", "cloudformation", "--quiet", "--soft-fail", "-o", "json"];
  const files = templates.flatMap((template) => ["-f", template]);
  const text = output(join(bin, "python"), [join(bin, "checkov"), ...args, ...files]);
  return Checked.parse(JSON.parse(text)).results.failed_checks.map(
    ({ check_id: id, check_name: name, resource }) => `${id} ${resource}: ${name}`,
  );
}

function parliament(bin: string, templates: readonly string[]): string[] {
  const script = join(import.meta.dirname, "policies.py");
  return linesOf(output(join(bin, "python"), [script, ...templates]));
}

const Template = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.looseObject({}).optional() })).default({}),
});

function validate(validator: string, templates: readonly string[], folder: string): string[] {
  const machines = templates.flatMap((template) =>
    Object.entries(Template.parse(JSON.parse(readFileSync(template, "utf8"))).Resources).filter(
      ([, { Type }]) => Type === "AWS::StepFunctions::StateMachine",
    ),
  );
  return machines.flatMap(([id, { Properties }]) => {
    const file = join(folder, `${id}.asl.json`);
    const definition = Properties?.["DefinitionString"];
    writeFileSync(file, typeof definition === "string" ? definition : JSON.stringify(definition));
    const said = output(validator, ["--json-path", file], () => true);
    return said.includes("is valid") ? [] : [`${id}: ${said.trim()}`];
  });
}

function aslValidator(): string {
  const version = TOOLS["asl-validator"];
  const folder = join(tmpdir(), `celeriac-asl-validator-${version}`);
  const bin = join(folder, "node_modules", ".bin", "asl-validator");
  if (existsSync(bin)) return bin;
  mkdirSync(folder, { recursive: true });
  const install = ["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder];
  output("npm", [...install, `asl-validator@${version}`]);
  return bin;
}
