import { Command } from "@commander-js/extra-typings";
import { Schedule, Schedules, Submission } from "../answers.ts";
import { CliError, EXIT } from "../errors.ts";
import { examples } from "../help.ts";
import type { Open, Session } from "../session.ts";
import { age } from "../view/format.ts";
import { styleOf } from "../view/status.ts";

/** `celeriac schedules [run|pause|resume NAME]`. */
export function schedulesCommand(open: Open) {
  const command = new Command("schedules")
    .summary("what runs by itself, and ways to stop it")
    .description("Shows what runs by itself: how it went last, and when it comes next.")
    .addHelpText("after", examples("schedules", "schedules run reports.nightly", "schedules pause reports.nightly"))
    .action(async () => list(await open()));
  command
    .command("run")
    .description("run what a schedule runs, at once and besides")
    .argument("<name>", "of the schedule, or of its task")
    .action(async (name) => {
      const session = await open();
      const path = `/schedules/${await nameOf(session, name)}/run`;
      const { task_id: id } = await session.api.call("POST", path, Submission, { body: {} });
      if (session.terminal.json) session.terminal.printJson({ task_id: id });
      else session.terminal.print(id);
    });
  for (const what of ["pause", "resume"] as const) {
    command
      .command(what)
      .description(what === "pause" ? "have it run no more until it is resumed" : "have it run again")
      .argument("<name>", "of the schedule, or of its task")
      .action(async (name) => {
        const session = await open();
        const path = `/schedules/${await nameOf(session, name)}/${what}`;
        const schedule = await session.api.call("POST", path, Schedule, { body: {} });
        if (session.terminal.json) session.terminal.printJson(schedule);
        else session.terminal.print(`${schedule.name} is ${schedule.paused_at === null ? "running" : "paused"}`);
      });
  }
  return command;
}

async function list({ api, terminal }: Session): Promise<void> {
  const { schedules } = await api.call("GET", "/schedules", Schedules);
  if (terminal.json) return terminal.printJson(schedules);
  if (schedules.length === 0) return terminal.note(terminal.paintNote("dim", "No task has a schedule."));
  terminal.printTable(
    [
      { header: "TASK", shrinkTo: 10 },
      { header: "WHEN", shrinkTo: 16 },
      { header: "LAST" },
      { header: "AGO", align: "right" },
      { header: "NEXT" },
    ],
    schedules.map((schedule) => [
      schedule.task,
      `${schedule.expression} ${schedule.timezone}`,
      schedule.last === null ? "-" : { text: schedule.last.status, style: styleOf(schedule.last.status) },
      schedule.last_slot === null ? "-" : age(schedule.last_slot, Date.now()),
      schedule.paused_at === null ? (schedule.next[0] ?? "-") : { text: "paused", style: "yellow" },
    ]),
  );
}

/** A schedule by its name, or by its task where that has one. */
async function nameOf({ api }: Session, text: string): Promise<string> {
  const { schedules } = await api.call("GET", "/schedules", Schedules);
  const found = schedules.filter(({ name, task }) => name === text || task === text);
  const [only] = found;
  if (only !== undefined && found.length === 1) return encodeURIComponent(only.name);
  if (found.length > 1)
    throw new CliError(
      EXIT.usage,
      `"${text}" has ${found.length} schedules. Name one of them:`,
      found.map(({ name }) => name),
    );
  throw new CliError(
    EXIT.usage,
    `There is no schedule "${text}".`,
    schedules.map(({ name }) => name),
  );
}
