import { setTimeout as delay } from "node:timers/promises";
import { Command } from "@commander-js/extra-typings";
import { examples } from "../help.ts";
import { noteUnknown } from "../suggest.ts";
import { taskPages } from "../pages.ts";
import type { Open, Session } from "../session.ts";
import { printTasks, taskLines } from "../task-table.ts";
import { moment, whole } from "../values.ts";

/** Milliseconds between two looks of `--watch`. */
const BEAT = 2_000;

/** `celeriac list`. */
export function listCommand(open: Open) {
  return new Command("list")
    .summary("tasks, newest first")
    .description("Lists tasks, newest first.")
    .option("-s, --status <status>", "only those that are PENDING, STARTED, FAILURE, … or a state of their own")
    .option("-t, --task <name>", "only those of this name")
    .option("-q, --queue <name>", "only those of this queue")
    .option("--root <id>", "only those of one submission")
    .option("--text <words>", "only those with these words in their name, ids, arguments or error")
    .option("--since <time>", "created since then: a time, or 10m, 2h, 1d ago")
    .option("--until <time>", "created until then")
    .option("-n, --limit <n>", "how many at the most", whole, 20)
    .option("--watch", "draw it again every two seconds, until Ctrl-C")
    .addHelpText(
      "after",
      examples(
        "list --status FAILURE --since 1h",
        "list --watch",
        "list --task math.add -n 100",
        "list --json | jq -r '.[].task_id'",
      ),
    )
    .action(async ({ status, task, queue, root, text, since, until, limit, watch }) => {
      const session = await open();
      const { api, terminal } = session;
      const query = {
        status,
        task,
        queue,
        root_id: root,
        text,
        since: since === undefined ? undefined : moment(since),
        until: until === undefined ? undefined : moment(until),
      };
      if (watch === true) return follow(session, query, limit);
      const { tasks, more } = await taskPages(api, query, limit);
      if (tasks.length === 0) await noteUnknown(session, task);
      if (terminal.json) return terminal.printJson(tasks);
      printTasks(terminal, tasks, Date.now());
      if (more) terminal.note(terminal.paintNote("dim", `The newest ${tasks.length} are listed; --limit lists more.`));
    });
}

/** Draws the list again and again, until Ctrl-C. */
async function follow({ api, terminal, signal }: Session, query: Parameters<typeof taskPages>[1], limit: number) {
  for (;;) {
    const { tasks } = await taskPages(api, query, limit);
    if (terminal.json) terminal.printJson(tasks);
    else terminal.redraw(taskLines(terminal, tasks, Date.now()));
    await delay(BEAT, undefined, { signal });
  }
}
