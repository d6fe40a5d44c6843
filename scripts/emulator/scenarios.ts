import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import * as z from "zod";
import { EMULATORS } from "../../lib/emulator.ts";
import { EMBEDDED_ONLY } from "../../test/scenarios/support/other-aws.ts";
import { ROOT, codeOf } from "./children.ts";
import type { Deployed } from "./deploy.ts";

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
          meta: z.object({ skipped: z.string().default("no reason was given") }).prefault({}),
        }),
      ),
    }),
  ),
});
/** What vitest calls tests that it did not run. */
const SKIPPED: readonly string[] = ["skipped", "pending", "todo"];

type FileReport = z.infer<typeof Report>["testResults"][number];

/**
 * Runs the scenario suite against a deployed stage, file after file, and prints what passed, failed and was skipped of
 * each, and why.
 * @param more arguments for vitest: names of files, `-t` and a name.
 * @returns whether nothing failed.
 */
export async function runScenarios({ emulator, apiUrl, awsUrl }: Deployed, more: readonly string[]): Promise<boolean> {
  const { wait, patience, cannot } = EMULATORS[emulator];
  const folder = await mkdtemp(join(tmpdir(), "celeriac-report-"));
  const file = join(folder, "report.json");
  const vitest = join(ROOT, "node_modules", "vitest", "vitest.mjs");
  // Files at once would wait for each other, and then give up.
  const how = ["--project", "scenarios", "--no-file-parallelism", "--reporter=verbose", "--reporter=json"];
  await codeOf(process.execPath, [vitest, "run", ...how, `--outputFile.json=${file}`, ...more], {
    env: {
      CELERIAC_URL: apiUrl,
      CELERIAC_AWS_URL: awsUrl,
      CELERIAC_WAIT: String(wait),
      CELERIAC_PATIENCE: String(patience),
      CELERIAC_CANNOT: JSON.stringify(cannot),
    },
  });
  const { testResults } = Report.parse(JSON.parse(await readFile(file, "utf8")));
  await rm(folder, { recursive: true, force: true });
  const files = testResults.toSorted((a, b) => a.name.localeCompare(b.name));
  print(files);
  return files.every((report) => report.message === "" && countOf(report, "failed") === 0);
}

function print(files: readonly FileReport[]): void {
  console.log("\n| scenarios | passed | failed | skipped |\n|---|---|---|---|");
  for (const report of files) console.log(`| ${basename(report.name, ".test.ts")} | ${countsOf([report])} |`);
  console.log(`| all | ${countsOf(files)} |`);
  for (const [file, needs] of Object.entries(EMBEDDED_ONLY)) console.log(`not run ${file}: ${needs}`);
  for (const report of files) {
    if (report.message !== "") console.log(`\n${basename(report.name)}: ${firstLine(report.message)}`);
    for (const { fullName, status, failureMessages, meta } of report.assertionResults) {
      if (SKIPPED.includes(status)) console.log(`skipped ${fullName}: ${meta.skipped}`);
      if (status === "failed") console.log(`FAILED  ${fullName}: ${firstLine(failureMessages?.[0] ?? "")}`);
    }
  }
}

function countsOf(files: readonly FileReport[]): string {
  const sum = (...statuses: string[]): number =>
    files.flatMap((report) => statuses.map((status) => countOf(report, status))).reduce((a, b) => a + b, 0);
  return [sum("passed"), sum("failed"), sum(...SKIPPED)].join(" | ");
}

function countOf(report: FileReport, status: string): number {
  return report.assertionResults.filter((result) => result.status === status).length;
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 300);
}
