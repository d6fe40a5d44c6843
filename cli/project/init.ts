import { basename } from "node:path";
import { parseArgs } from "node:util";
import { createApp } from "create-celeriac";
import { ownVersion } from "../commands/report.ts";
import { CliError, EXIT } from "../errors.ts";

const HELP = `Makes an app of this folder: celeriac init [--name NAME]

  --name NAME   what all names of the app begin with in AWS (default: the folder's)
  --help        this text

What is there stays as it is: files that exist are named and left alone; package.json gets the scripts and
dependencies that it lacks.
`;

/** `celeriac init`. @param args flags */
export async function initCommand(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { name: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true) return void process.stdout.write(HELP);
  const name = values.name ?? basename(process.cwd());
  try {
    const { made, kept } = createApp({ folder: process.cwd(), name, version: ownVersion() });
    for (const file of made) console.log(`made  ${file}`);
    for (const file of kept) console.log(`kept  ${file}`);
    console.log('Next: "npm install", then "npm start".');
  } catch (error) {
    throw new CliError(EXIT.usage, error instanceof Error ? error.message : String(error), [], { cause: error });
  }
}
