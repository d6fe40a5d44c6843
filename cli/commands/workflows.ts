import { Command } from "@commander-js/extra-typings";
import { Workflows } from "../answers.ts";
import { examples } from "../help.ts";
import type { Open } from "../session.ts";
import { submit, withSubmitting } from "../submit.ts";
import { jsonObject, jsonOrText } from "../values.ts";

/** `celeriac workflows`. */
export function workflowsCommand(open: Open) {
  return new Command("workflows")
    .summary("the named workflows")
    .description("Lists the named workflows with their tasks.")
    .addHelpText("after", examples("workflows"))
    .action(async () => {
      const { api, terminal } = await open();
      const { workflows } = await api.call("GET", "/workflows", Workflows);
      if (terminal.json) return terminal.printJson(workflows);
      terminal.printTable(
        [{ header: "WORKFLOW" }, { header: "TASKS", shrinkTo: 20 }],
        workflows.map(({ name, tasks }) => [name, tally(tasks)]),
      );
    });
}

/** `etl.extract, math.mul ×52`. */
function tally(tasks: readonly string[]): string {
  return [...new Set(tasks)]
    .map((name) => [name, tasks.filter((task) => task === name).length] as const)
    .map(([name, count]) => (count === 1 ? name : `${name} ×${count}`))
    .join(", ");
}

/** `celeriac run NAME [ARGS...]`. */
export function runCommand(open: Open) {
  const command = new Command("run")
    .summary("run a named workflow")
    .description("Runs a named workflow. Its first tasks get the arguments.")
    .argument("<workflow>")
    .argument("[args...]", "JSON where they are JSON, else text")
    .option("-k, --kwargs <object>", "keyword arguments, a JSON object", jsonObject)
    .addHelpText("after", examples(`run etl 'name,qty\\napple,3' --wait`));
  return withSubmitting(command).action(async (name, args, options) => {
    const body = { args: args.map(jsonOrText), kwargs: options.kwargs };
    process.exitCode = await submit(await open(), `/workflows/${encodeURIComponent(name)}`, body, options);
  });
}
