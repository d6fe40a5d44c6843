import { Command } from "@commander-js/extra-typings";
import { TaskOrGroup } from "../answers.ts";
import { CliError, EXIT, Refusal } from "../errors.ts";
import { examples } from "../help.ts";
import type { Open, Session } from "../session.ts";
import { waitFor } from "../submit.ts";
import { seconds } from "../values.ts";
import { duration, age } from "../view/format.ts";
import { hasEnded, styleOf } from "../view/status.ts";
import type { Cell } from "../view/table.ts";
import { plain } from "../view/text.ts";
import { printEnd } from "../wait.ts";

/** `celeriac result ID`. */
export function resultCommand(open: Open) {
  return new Command("result")
    .summary("wait for a task's end and print its result")
    .description("Waits for the end of a task, a group or a canvas, and prints its result as JSON.")
    .argument("<id>", "what the submission printed")
    .option("--timeout <time>", "wait for so long at the most: 30, 5m; 0 does not wait", seconds)
    .addHelpText("after", examples("result 6f0c3c1e-…", "result 6f0c3c1e-… --timeout 0 --json"))
    .action(async (id, { timeout }) => {
      const session = await open();
      process.exitCode = printEnd(session, await waitFor(session, id, timeout));
    });
}

/** `celeriac status ID...`. */
export function statusCommand(open: Open) {
  return new Command("status")
    .summary("how tasks and groups are")
    .description("Shows how tasks and groups are. Exit code 3 when one is not known.")
    .argument("<ids...>")
    .addHelpText("after", examples("status 6f0c3c1e-… 0d8e55b2-…"))
    .action(async (ids) => {
      const session = await open();
      const { terminal } = session;
      const records = await Promise.all(ids.map((id) => recordOf(session, id)));
      if (terminal.json) terminal.printJson(records);
      else {
        const columns = [
          { header: "ID" },
          { header: "TASK", shrinkTo: 10 },
          { header: "STATUS" },
          { header: "AGE", align: "right" as const },
          { header: "TOOK", align: "right" as const },
          { header: "", shrinkTo: 12, optional: true },
        ];
        terminal.printTable(
          columns,
          records.map((record, at) => rowOf(ids[at] ?? "", record, Date.now())),
        );
      }
      const unknown = ids.filter((_, at) => records[at] === null);
      if (unknown.length > 0)
        throw new CliError(EXIT.refused, `Not known, or forgotten by now: ${unknown.join(", ")}.`);
    });
}

async function recordOf({ api }: Session, id: string): Promise<TaskOrGroup | null> {
  try {
    return await api.call("GET", `/result/${encodeURIComponent(id)}`, TaskOrGroup);
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}

function rowOf(id: string, record: TaskOrGroup | null, now: number): Cell[] {
  if (record === null) return [id, "-", { text: "unknown", style: "dim" }];
  const { status, runtime, created_at: created, error } = record;
  const what = record.kind === "task" ? record.task : `group of ${record.total}`;
  const ended = record.kind === "group" && !hasEnded(status) ? `${record.completed + record.failed} have ended` : "";
  const said = error === null ? ended : plain(`${error.type}: ${error.message}`);
  return [record.task_id, what, { text: status, style: styleOf(status) }, age(created, now), duration(runtime), said];
}
