import { Command } from "@commander-js/extra-typings";
import { examples } from "../help.ts";
import { taskPages } from "../pages.ts";
import type { Open } from "../session.ts";
import { printTasks } from "../task-table.ts";
import { moment, whole } from "../values.ts";

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
    .addHelpText(
      "after",
      examples("list --status FAILURE --since 1h", "list --task math.add -n 100", "list --json | jq -r '.[].task_id'"),
    )
    .action(async ({ status, task, queue, root, text, since, until, limit }) => {
      const { api, terminal } = await open();
      const query = {
        status,
        task,
        queue,
        root_id: root,
        text,
        since: since === undefined ? undefined : moment(since),
        until: until === undefined ? undefined : moment(until),
      };
      const { tasks, more } = await taskPages(api, query, limit);
      if (terminal.json) return terminal.printJson(tasks);
      printTasks(terminal, tasks, Date.now());
      if (more) terminal.note(terminal.paintNote("dim", `The newest ${tasks.length} are listed; --limit lists more.`));
    });
}
