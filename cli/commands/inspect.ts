import { Command } from "@commander-js/extra-typings";
import { isFinal, isRunning, isWaiting } from "../../src/core/record/states.ts";
import { Options, Registry, type Row } from "../answers.ts";
import { examples } from "../help.ts";
import { taskPages } from "../pages.ts";
import type { Open, Session } from "../session.ts";
import { statsTable } from "../stats.ts";
import { printTasks } from "../task-table.ts";
import { moment } from "../values.ts";
import { duration } from "../view/format.ts";
import { styleOf } from "../view/status.ts";

/** Tasks that are looked at: a look at more costs more than it tells. */
const LOOKED_AT = 1_000;
/** Waiting tasks whose options are read, a request each. */
const DETAILED = 50;

/** `celeriac inspect registered|active|scheduled|stats`. */
export function inspectCommand(open: Open) {
  const command = new Command("inspect")
    .summary("what there is, runs, waits, and came of it")
    .description("Inspects the system. All but `registered` look at the newest 1,000 tasks of a time.")
    .addHelpText("after", examples("inspect registered", "inspect active", "inspect stats --since 1h"));
  command
    .command("registered")
    .description("the tasks that there are, with their limits")
    .action(async () => registered(await open()));
  command
    .command("active")
    .description("tasks that run")
    .option("--since <time>", "of those created since", "1d")
    .action(async ({ since }) => {
      const session = await open();
      const active = (await newest(session, since)).filter(({ status }) => isRunning(status));
      if (session.terminal.json) session.terminal.printJson(active);
      else printTasks(session.terminal, active, Date.now());
    });
  command
    .command("scheduled")
    .description("tasks that wait for their time: countdown, eta, retry")
    .option("--since <time>", "of those created since", "1d")
    .action(async ({ since }) => scheduled(await open(), since));
  command
    .command("stats")
    .description("how many of each task ended how, and how long they took")
    .option("--since <time>", "of those created since", "1h")
    .action(async ({ since }) => {
      const session = await open();
      const { terminal } = session;
      const stats = statsTable(await newest(session, since));
      if (terminal.json) terminal.printJson(stats.tasks);
      else terminal.printTable(stats.columns, stats.rows);
    });
  return command;
}

async function newest({ api, terminal }: Session, since: string): Promise<Row[]> {
  const { tasks, more } = await taskPages(api, { since: moment(since) }, LOOKED_AT);
  if (more) terminal.note(terminal.paintNote("dim", `Of the newest ${tasks.length} tasks.`));
  return tasks;
}

async function registered({ api, terminal }: Session): Promise<void> {
  const { tasks } = await api.call("GET", "/registry", Registry);
  if (terminal.json) return terminal.printJson(tasks);
  terminal.printTable(
    [
      { header: "TASK", shrinkTo: 10 },
      { header: "QUEUE" },
      { header: "LIMIT", align: "right" },
      { header: "SOFT", align: "right" },
      { header: "RETRIES", align: "right" },
    ],
    tasks.map((task) => [
      task.name,
      task.queue,
      duration(task.time_limit),
      duration(task.soft_time_limit),
      task.max_retries === null ? "no bound" : String(task.max_retries),
    ]),
  );
}

async function scheduled(session: Session, since: string): Promise<void> {
  const { api, terminal } = session;
  const waiting = (await newest(session, since)).filter(({ status }) => isWaiting(status) && !isFinal(status));
  const looked = waiting.slice(0, DETAILED);
  const details = await Promise.all(
    looked.map(({ task_id: id }) => api.call("GET", `/tasks/${id}`, Options).then(({ options }) => options)),
  );
  const due = looked
    .map((task, at) => ({ task, due: dueOf(task, details[at] ?? {}) }))
    .filter(({ task, due }) => task.status === "RETRY" || due !== null);
  if (terminal.json) return terminal.printJson(due.map(({ task, due }) => ({ ...task, due })));
  if (due.length === 0) return terminal.note(terminal.paintNote("dim", "No task waits for its time."));
  terminal.printTable(
    [{ header: "ID" }, { header: "TASK", shrinkTo: 10 }, { header: "STATUS" }, { header: "DUE IN", align: "right" }],
    due.map(({ task, due }) => [
      task.task_id,
      task.task,
      { text: task.status, style: styleOf(task.status) },
      due === null ? "-" : duration(Math.max(0, Math.round((Date.parse(due) - Date.now()) / 1000))),
    ]),
  );
}

/** When a task is due, RFC 3339; null where it was not to wait, or where only its code knows. */
function dueOf({ created_at: created, status }: Row, { countdown, eta }: Record<string, unknown>): string | null {
  if (status === "RETRY") return null;
  if (typeof eta === "string") return eta;
  if (typeof countdown !== "number" || countdown === 0) return null;
  return new Date(Date.parse(created) + countdown * 1000).toISOString();
}
