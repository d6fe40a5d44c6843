import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient, GetTemplateCommand } from "@aws-sdk/client-cloudformation";
import * as z from "zod";
import { ownVersion } from "../commands/report.ts";
import { CliError, EXIT } from "../errors.ts";
import { runCdk } from "./cdk.ts";
import { type Change, Template, compareTemplates } from "./compare.ts";

const HELP = `Compares what would be deployed with what is: celeriac doctor -c stage=NAME

Synthesizes the app with the installed version of Celeriac, reads the templates that are deployed, and says what a
deployment would add, change, replace and remove. Other flags go to "cdk synth".

Exit code 0 where nothing that holds data is lost, 1 where something is.
`;

const Manifest = z.object({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z.looseObject({ templateFile: z.string().optional(), stackName: z.string().optional() }).optional(),
    }),
  ),
});

/** `celeriac doctor`. @param args go to `cdk synth` */
export async function doctorCommand(args: readonly string[]): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) return void process.stdout.write(HELP);
  const folder = await mkdtemp(join(tmpdir(), "celeriac-doctor-"));
  try {
    const code = await runCdk(["synth", "--quiet", "--output", folder, ...args]);
    if (code !== 0) throw new CliError(EXIT.usage, "The app cannot be synthesized, so there is nothing to compare.");
    const changes = await examine(folder);
    process.exitCode = changes.some((change) => change.losesData) ? EXIT.failed : EXIT.ok;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Says of each stack of an assembly what deploying it would do. */
async function examine(folder: string): Promise<Change[]> {
  const client = new CloudFormationClient();
  const all: Change[] = [];
  console.log(`Celeriac ${ownVersion()}`);
  for (const { name, file } of await stacksOf(folder)) {
    const deployed = await deployedTemplate(client, name);
    if (deployed === null) {
      console.log(`${name}: is not deployed; all of it would be made`);
      continue;
    }
    const next = Template.parse(JSON.parse(await readFile(join(folder, file), "utf8")));
    const changes = compareTemplates(deployed, next);
    console.log(`${name}: ${summaryOf(changes)}`);
    for (const change of changes) console.log(`  ${lineOf(change)}`);
    all.push(...changes);
  }
  const lost = all.filter((change) => change.losesData).length;
  if (lost > 0) console.log(`${lost} resources would go with what they hold. Read the lines above before you deploy.`);
  return all;
}

async function stacksOf(folder: string): Promise<{ name: string; file: string }[]> {
  const { artifacts } = Manifest.parse(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")));
  return Object.entries(artifacts)
    .filter(([, { type }]) => type === "aws:cloudformation:stack")
    .map(([id, { properties }]) => ({
      name: properties?.stackName ?? id,
      file: properties?.templateFile ?? `${id}.template.json`,
    }));
}

async function deployedTemplate(client: CloudFormationClient, name: string): Promise<Template | null> {
  try {
    const { TemplateBody } = await client.send(new GetTemplateCommand({ StackName: name, TemplateStage: "Original" }));
    return Template.parse(JSON.parse(TemplateBody ?? "{}"));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes("does not exist")) return null;
    throw new CliError(EXIT.unreachable, `The stack ${name} cannot be read: ${message.split("\n")[0]}`, [], {
      cause: error,
    });
  }
}

function summaryOf(changes: readonly Change[]): string {
  if (changes.length === 0) return "as it is deployed";
  const kinds = ["replaced", "removed", "changed", "added"] as const;
  const counts = kinds.map((kind) => [kind, changes.filter((change) => change.kind === kind).length] as const);
  return counts.flatMap(([kind, count]) => (count === 0 ? [] : [`${count} ${kind}`])).join(", ");
}

function lineOf({ kind, id, type, properties, losesData }: Change): string {
  const why = properties.length === 0 ? "" : ` (${properties.join(", ")})`;
  return `${kind.padEnd(8)} ${type} ${id}${why}${losesData ? ": what it holds is lost" : ""}`;
}
