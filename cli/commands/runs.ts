import { Command } from "@commander-js/extra-typings";
import { Resumed, Runs } from "../answers.ts";
import { examples } from "../help.ts";
import type { Open } from "../session.ts";
import { printEnd } from "../wait.ts";
import { waitFor } from "../submit.ts";
import { moment, seconds, whole } from "../values.ts";
import { age, duration } from "../view/format.ts";
import { styleOf } from "../view/status.ts";
import { plain } from "../view/text.ts";

/** `celeriac runs`. */
export function runsCommand(open: Open) {
  return new Command("runs")
    .summary("runs of canvases and workflows, newest first")
    .description("Lists the runs of canvases and workflows, newest first, each with how its tasks fare.")
    .option("-s, --status <status>", "only those that are PENDING, STARTED, SUCCESS, FAILURE or REVOKED")
    .option("--name <workflow>", "only those of this workflow")
    .option("--text <words>", "only those with these words in their name, tasks or ids")
    .option("--since <time>", "submitted since then: a time, or 10m, 2h, 1d ago")
    .option("-n, --limit <n>", "how many at the most, up to 100", whole, 20)
    .addHelpText("after", examples("runs --status FAILURE --since 1d", "runs --name etl --json"))
    .action(async ({ status, name, text, since, limit }) => {
      const { api, terminal } = await open();
      const query = { status, name, text, since: since === undefined ? undefined : moment(since), limit };
      const { canvases } = await api.call("GET", "/canvases", Runs, { query });
      if (terminal.json) return terminal.printJson(canvases);
      if (canvases.length === 0) return terminal.note(terminal.paintNote("dim", "No runs."));
      terminal.printTable(
        [
          { header: "ID" },
          { header: "RUN", shrinkTo: 14 },
          { header: "STATUS" },
          { header: "TASKS", align: "right" },
          { header: "AGE", align: "right" },
          { header: "TOOK", align: "right" },
          { header: "ERROR", shrinkTo: 16, optional: true },
        ],
        canvases.map((run) => [
          run.task_id,
          plain(run.name ?? run.shape),
          { text: run.status, style: styleOf(run.status) },
          `${run.completed}/${run.total}${run.failed > 0 ? ` ✗${run.failed}` : ""}`,
          age(run.created_at, Date.now()),
          duration(run.duration),
          run.error === null ? "" : plain(`${run.error.type}: ${run.error.message}`),
        ]),
      );
    });
}

/** `celeriac resume ID`. */
export function resumeCommand(open: Open) {
  return new Command("resume")
    .summary("go on with a canvas from where it failed")
    .description("Runs what of a canvas failed and all that follows, under the same ids. What succeeded is kept.")
    .argument("<id>", "of its result, or of any of its tasks")
    .option("-w, --wait", "wait for the end, and print the result")
    .option("--timeout <time>", "wait for so long at the most: 30, 5m (implies --wait)", seconds)
    .addHelpText("after", examples("resume 6f0c3c1e-…", "resume 6f0c3c1e-… --wait"))
    .action(async (id, { wait, timeout }) => {
      const session = await open();
      const path = `/canvases/${encodeURIComponent(id)}/resume`;
      const answer = await session.api.call("POST", path, Resumed, { body: {} });
      if (wait === true || timeout !== undefined) {
        process.exitCode = printEnd(session, await waitFor(session, answer.task_id, timeout));
        return;
      }
      if (session.terminal.json) session.terminal.printJson(answer);
      else session.terminal.print(`${answer.resumed} tasks run again, ${answer.kept} are kept: ${answer.task_id}`);
    });
}
