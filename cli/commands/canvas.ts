import { Command } from "@commander-js/extra-typings";
import { CliError, EXIT } from "../errors.ts";
import { readUserText } from "../files.ts";
import { examples } from "../help.ts";
import type { Open } from "../session.ts";
import { submit, withSubmitting } from "../submit.ts";
import { jsonObject, nodeOf } from "../values.ts";

const NODE = `each a task with its arguments ("math.add 1 2") or a node in JSON`;

/** `celeriac chain NODE...`. */
export function chainCommand(open: Open) {
  const command = new Command("chain")
    .summary("run tasks one after the other, each given the result before")
    .description("Runs tasks one after the other. Each gets the result of the one before as its first argument.")
    .argument("<nodes...>", NODE)
    .addHelpText("after", examples(`chain "math.add 1 2" "math.mul 10" --wait`));
  return withSubmitting(command).action(async (nodes, options) => {
    process.exitCode = await submit(await open(), "/chain", { tasks: nodes.map(nodeOf) }, options);
  });
}

/** `celeriac group NODE...`. */
export function groupCommand(open: Open) {
  const command = new Command("group")
    .summary("run tasks side by side")
    .description("Runs tasks side by side. The result is the list of their results.")
    .argument("<nodes...>", NODE)
    .addHelpText("after", examples(`group "math.add 1 2" "math.add 3 4" --wait`));
  return withSubmitting(command).action(async (nodes, options) => {
    process.exitCode = await submit(await open(), "/group", { tasks: nodes.map(nodeOf) }, options);
  });
}

/** `celeriac chord NODE... --body NODE`. */
export function chordCommand(open: Open) {
  const command = new Command("chord")
    .summary("run tasks side by side, then one with the list of their results")
    .description("Runs tasks side by side, then the body with the list of their results.")
    .argument("<header...>", NODE)
    .requiredOption("-b, --body <node>", "what gets the list", nodeOf)
    .addHelpText("after", examples(`chord "math.add 1 2" "math.add 3 4" --body math.tsum --wait`));
  return withSubmitting(command).action(async (header, options) => {
    const body = { header: header.map(nodeOf), body: options.body };
    process.exitCode = await submit(await open(), "/chord", body, options);
  });
}

/** `celeriac canvas FILE`. */
export function canvasCommand(open: Open) {
  const command = new Command("canvas")
    .summary("run a canvas from a JSON file")
    .description("Runs a canvas: a node in JSON, as POST /canvas takes it.")
    .argument("<file>", "the file; - for stdin")
    .addHelpText(
      "after",
      examples(
        "canvas nightly.json --wait",
        `canvas - --wait <<< '{"chain": [{"task": "math.add", "args": [1, 2]}, {"task": "math.mul", "args": [5]}]}'`,
      ),
    );
  return withSubmitting(command).action(async (file, options) => {
    const session = await open();
    process.exitCode = await submit(session, "/canvas", await readNode(file), options);
  });
}

async function readNode(file: string): Promise<Record<string, unknown>> {
  const content = await readUserText(file);
  try {
    return jsonObject(content);
  } catch (error) {
    const from = file === "-" ? "stdin" : file;
    throw new CliError(EXIT.usage, `${from} holds no node: expected a JSON object such as {"chain": [...]}.`, [], {
      cause: error,
    });
  }
}
