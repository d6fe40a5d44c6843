// What other tools say of the templates, without an account: `npm run second-opinion [-- dev prod jwt keys full]`.
// cfn-lint, checkov and parliament of PyPI, and asl-validator of npm, over every kind of stage; what is meant to be so
// is acknowledged below, with its reason. Ends with 1 where a tool has something else to say.
//
// Needs Python 3.10 or later with venv (CELERIAC_PYTHON names another than `python3`), pip and npm. Tools are installed
// into the system's folder for temporary files, once.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";
import { pythonWith } from "./emulator/venv.ts";
import { KINDS, type Kind, writeTemplates } from "./second-opinion/kinds.ts";

const VERSION = "1.58.0";
const ASL_VALIDATOR = "4.0.0";

/** cfn-lint's checks that are left out: CDK writes DependsOn where a reference says the same. */
const SILENCED = "W3005";

/** Wishes of checkov that are not followed, by its check, and why. */
const WISHES: Readonly<Record<string, string>> = {
  CKV_AWS_18: "development's bucket and the bucket of logs keep no log of their own",
  CKV_AWS_21: "objects are written once under their task's id and expire: versions would double what is stored",
  CKV_AWS_26: "the topic of alarms carries names of alarms: AWS's key does",
  CKV_AWS_27: "SSE-SQS encrypts the queues; a key of one's own is the configuration's to want (kmsKey)",
  CKV_AWS_59: "callers sign, or bring a token or a key; OPTIONS of browsers is without credentials by design",
  CKV_AWS_66: "retention is the configuration's (logRetentionDays)",
  CKV_AWS_73: "X-Ray is the configuration's to want (tracing)",
  CKV_AWS_95: "it looks for access logs of HTTP APIs",
  CKV_AWS_111: "X-Ray and VPC know no resources for their writes",
  CKV_AWS_115: "reserved concurrency is the configuration's: new accounts have none to reserve",
  CKV_AWS_116: "for asynchronous invocations, of which there are none",
  CKV_AWS_117: "functions call AWS alone; modules that need a VPC say so",
  CKV_AWS_119: "a key of one's own is the configuration's to want (kmsKey)",
  CKV_AWS_120: "answers are private to their callers and change: a cache would give them to others",
  CKV_AWS_158: "a key of one's own is the configuration's to want (kmsKey)",
  CKV_AWS_173: "variables hold names, no secrets",
  CKV_AWS_192: "log4j is Java's",
};

/** What parliament says that is meant to be so. */
const MEANT: readonly RegExp[] = [
  // It knows the actions of its own release; newer ones are named by AWS's reference.
  /^UNKNOWN_(ACTION|CONDITION_FOR_ACTION|PREFIX)/,
  // SendTaskSuccess asks for the token's machine, which the reference has no resource for (permissions.ts).
  /^RESOURCE_MISMATCH: .*states:SendTask/,
  /^RESOURCE_EFFECTIVELY_STAR/,
];

/** What one tool says of one kind: what is to be looked at, and how often it was acknowledged. */
interface Opinion {
  readonly open: readonly string[];
  readonly acknowledged: number;
}

function output(command: string, args: readonly string[]): string {
  const { stdout, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1e9 });
  if (error !== undefined) throw error;
  return stdout;
}

function lint(bin: string, templates: readonly string[]): Opinion {
  const found = output(join(bin, "cfn-lint"), [
    "--ignore-checks",
    SILENCED,
    "--format",
    "parseable",
    "--",
    ...templates,
  ]);
  return { open: found.split("\n").filter(Boolean), acknowledged: 0 };
}

const Checks = z.object({
  results: z
    .object({
      failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
    })
    .default({ failed_checks: [] }),
});

function checkov(bin: string, templates: readonly string[]): Opinion {
  const args = ["--framework", "cloudformation", "--quiet", "--soft-fail", "-o", "json"];
  const files = templates.flatMap((template) => ["-f", template]);
  const text = output(join(bin, "python"), [join(bin, "checkov"), ...args, ...files]);
  const failed = Checks.parse(JSON.parse(text)).results.failed_checks;
  const open = failed.filter(({ check_id: id }) => WISHES[id] === undefined);
  return {
    open: open.map(({ check_id: id, check_name: name, resource }) => `${id} ${resource}: ${name}`),
    acknowledged: failed.length - open.length,
  };
}

function parliament(bin: string, templates: readonly string[]): Opinion {
  const script = join(import.meta.dirname, "second-opinion", "policies.py");
  const lines = output(join(bin, "python"), [script, ...templates])
    .split("\n")
    .filter(Boolean);
  const open = lines.filter((line) => !MEANT.some((meant) => meant.test(line)));
  return { open, acknowledged: lines.length - open.length };
}

const Machines = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.looseObject({}).optional() })),
});

function validate(validator: string, templates: readonly string[], folder: string): Opinion {
  const machines = templates.flatMap((template) =>
    Object.entries(Machines.parse(JSON.parse(readFileSync(template, "utf8"))).Resources).filter(
      ([, { Type }]) => Type === "AWS::StepFunctions::StateMachine",
    ),
  );
  const open = machines.flatMap(([id, { Properties }]) => {
    const file = join(folder, `${id}.asl.json`);
    const definition = Properties?.["DefinitionString"];
    writeFileSync(file, typeof definition === "string" ? definition : JSON.stringify(definition));
    const said = output(validator, ["--json-path", file]);
    return said.includes("is valid") ? [] : [`${id}: ${said.trim()}`];
  });
  return { open, acknowledged: 0 };
}

function aslValidator(): string {
  const folder = join(tmpdir(), `celeriac-asl-validator-${ASL_VALIDATOR}`);
  const bin = join(folder, "node_modules", ".bin", "asl-validator");
  if (!existsSync(bin)) {
    mkdirSync(folder, { recursive: true });
    output("npm", [
      "install",
      "--silent",
      "--no-audit",
      "--no-fund",
      "--prefix",
      folder,
      `asl-validator@${ASL_VALIDATOR}`,
    ]);
  }
  return bin;
}

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const kinds = z
    .array(z.custom<Kind>((name) => Object.hasOwn(KINDS, String(name)), `is none of ${Object.keys(KINDS).join(", ")}`))
    .parse(asked.length > 0 ? asked : Object.keys(KINDS));
  const python = await pythonWith({
    name: "second-opinion",
    version: VERSION,
    requirement: "cfn-lint",
    with: ["checkov", "parliament", "setuptools"],
    python: [3, 10],
  });
  const bin = dirname(python);
  const validator = aslValidator();
  const folder = mkdtempSync(join(tmpdir(), "celeriac-second-opinion-"));
  try {
    for (const kind of kinds) {
      const outdir = await writeTemplates(kind, folder);
      const templates = readdirSync(outdir)
        .filter((name) => name.endsWith(".template.json"))
        .map((name) => join(outdir, name));
      const opinions = {
        "cfn-lint": lint(bin, templates),
        checkov: checkov(bin, templates),
        parliament: parliament(bin, templates),
        "asl-validator": validate(validator, templates, folder),
      };
      for (const [tool, { open, acknowledged }] of Object.entries(opinions)) {
        console.log(`${kind.padEnd(5)} ${tool.padEnd(14)} ${open.length} to look at, ${acknowledged} acknowledged`);
        for (const line of open) console.log(`      ${line}`);
        if (open.length > 0) process.exitCode = 1;
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
