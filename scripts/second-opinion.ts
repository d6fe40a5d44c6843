// What other tools say of the templates, without an account: `npm run second-opinion [-- dev prod jwt keys full]`.
// cfn-lint, checkov and parliament of PyPI, asl-validator of npm, and the specification of embedded metrics, over
// every kind of stage. What is meant to be so is acknowledged, with its reason, in second-opinion/acknowledged.ts. Ends
// with 1 where a tool has something else to say, or an acknowledgement is of nothing that any kind has.
//
// Needs Python 3.10 or later with venv (CELERIAC_PYTHON names another than `python3`), pip and npm. Tools are installed
// into the system's folder for temporary files, once.

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { ACKNOWLEDGED } from "./second-opinion/acknowledged.ts";
import { KINDS, type Kind, writeTemplates } from "./second-opinion/kinds.ts";
import { createAsk } from "./second-opinion/tools.ts";

const Asked = z.array(
  z.custom<Kind>((name) => Object.hasOwn(KINDS, String(name)), `is none of ${Object.keys(KINDS).join(", ")}`),
);

async function main(): Promise<void> {
  const named = process.argv.slice(2);
  const kinds = Asked.parse(named.length > 0 ? named : Object.keys(KINDS));
  const ask = await createAsk();
  const used = new Set<RegExp>();
  const folder = mkdtempSync(join(tmpdir(), "celeriac-second-opinion-run-"));
  const rows: string[] = [];
  try {
    for (const kind of kinds) {
      const outdir = await writeTemplates(kind, folder);
      const templates = readdirSync(outdir)
        .filter((name) => name.endsWith(".template.json"))
        .map((name) => join(outdir, name));
      const cells = Object.entries(ask(templates, folder)).map(([tool, findings]) => {
        const open = findings.filter((line) => {
          const known = ACKNOWLEDGED.find((one) => one.tool === tool && one.finding.test(line));
          if (known !== undefined) used.add(known.finding);
          return known === undefined;
        });
        for (const line of open) console.error(`${kind}, ${tool}: ${line}`);
        if (open.length > 0) process.exitCode = 1;
        return `${open.length} (${findings.length - open.length})`;
      });
      rows.push(`| ${[kind, ...cells].join(" | ")} |`);
      console.log(rows.at(-1));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (named.length > 0) return;
  for (const { tool, finding } of ACKNOWLEDGED.filter((one) => !used.has(one.finding))) {
    console.error(`second-opinion/acknowledged.ts: ${tool} says ${finding.source} of no kind any more.`);
    process.exitCode = 1;
  }
}

await main();
