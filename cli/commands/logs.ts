import { setTimeout as delay } from "node:timers/promises";
import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { Logs, TaskOrGroup } from "../answers.ts";
import { CliError, EXIT } from "../errors.ts";
import { examples } from "../help.ts";
import type { Open, Session } from "../session.ts";
import { hasEnded } from "../view/status.ts";
import { plain } from "../view/text.ts";

/** Milliseconds between two looks; CloudWatch has a line some seconds after it was written. */
const BEAT = 1_500;
/** Looks after the end: the last lines come late. */
const AFTER_END = 2;
/** Where `npm start` has its dashboard, which keeps the lines of the local run. */
const LOCAL_DASHBOARD = "http://localhost:5555";
/** Levels that lines have. */
const LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const;
/** Fields that every line of a task has. */
const KNOWN = new Set(["task", "root_id", "correlation_id"]);

type Line = typeof Logs._output.lines extends readonly (infer One)[] | null ? One : never;

function levelOf(text: string): string {
  const level = text.toUpperCase();
  if (LEVELS.some((one) => one === level)) return level;
  throw new InvalidArgumentError(`It is none of ${LEVELS.join(", ")}.`);
}

/** `celeriac logs ID [--follow]`. */
export function logsCommand(open: Open) {
  return new Command("logs")
    .summary("what a task has logged")
    .description("Prints what a task has logged: of a local run from its dashboard, of a stage from CloudWatch Logs.")
    .argument("<id>")
    .option("-f, --follow", "go on until it has ended")
    .option("--level <level>", "only lines of this level: INFO, WARN, ERROR", levelOf)
    .option("--dashboard <url>", "where the dashboard of a local run is", LOCAL_DASHBOARD)
    .addHelpText("after", examples("logs 6f0c3c1e-…", "logs 6f0c3c1e-… --follow", "logs 6f0c3c1e-… --level ERROR"))
    .action(async (id, { follow, level, dashboard }) => {
      const session = await open();
      const newOf = createNews();
      let printed = 0;
      for (let after = 0; ;) {
        const task = await session.api.call("GET", `/result/${encodeURIComponent(id)}`, TaskOrGroup);
        if (task.kind === "group")
          throw new CliError(EXIT.usage, "This is a group: ask for the log of one of its tasks.");
        const lines = await readLines(session, dashboard, task);
        const fresh = newOf(lines).filter((line) => level === undefined || line.level === level);
        print(session, fresh);
        printed += fresh.length;
        if (hasEnded(task.status)) after += 1;
        if (follow !== true || after > AFTER_END) break;
        await delay(BEAT, undefined, { signal: session.signal });
      }
      if (printed === 0)
        session.terminal.note(level === undefined ? "It has logged nothing." : `It has logged nothing at ${level}.`);
    });
}

type Task = Extract<typeof TaskOrGroup._output, { kind: "task" }>;

/** The lines of a task, oldest first. */
async function readLines(
  { target }: Session,
  dashboard: string,
  { task, task_id: id, created_at: from, done_at: to }: Task,
): Promise<readonly Line[]> {
  if (target.stage !== null) {
    const [{ createLogReader }, { prefixOf }] = await Promise.all([
      import("../../remote/logs.ts"),
      import("../../remote/project.ts"),
    ]);
    const request = { task, taskId: id, from: Date.parse(from), to: to === null ? null : Date.parse(to) };
    return (await createLogReader(`${prefixOf()}-${target.stage}`)(request)).lines;
  }
  const query = new URLSearchParams({ task, task_id: id, from, ...(to === null ? {} : { to }) });
  const answer = await fetch(`${dashboard}/source/logs?${query.toString()}`).catch(() => null);
  if (answer?.ok !== true) {
    throw new CliError(
      EXIT.unreachable,
      `No dashboard at ${dashboard} has the log. Give the stage with --stage, or the dashboard with --dashboard.`,
    );
  }
  return Logs.parse(await answer.json()).lines ?? [];
}

/**
 * Of each look at a log, the lines that no look before had. Their number does not tell: a local run keeps the latest
 * 500, and CloudWatch has some lines late, among earlier ones.
 */
export function createNews(): (lines: readonly Line[]) => Line[] {
  const seen = new Map<string, number>();
  return (lines) => {
    const times = new Map<string, number>();
    return lines.filter((line) => {
      const key = JSON.stringify(line);
      const time = (times.get(key) ?? 0) + 1;
      times.set(key, time);
      if (time <= (seen.get(key) ?? 0)) return false;
      seen.set(key, time);
      return true;
    });
  };
}

function print({ terminal }: Session, lines: readonly Line[]): void {
  for (const line of lines) {
    if (terminal.json) {
      terminal.printJson(line);
      continue;
    }
    const { stack, ...fields } = line.fields;
    const pairs = Object.entries(fields)
      .filter(([name]) => !KNOWN.has(name))
      .map(([name, value]) =>
        terminal.paint("dim", `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`),
      );
    const style = line.level === "ERROR" ? "red" : line.level === "WARN" ? "yellow" : "dim";
    terminal.print(
      [terminal.paint("dim", line.time), terminal.paint(style, line.level), plain(line.message), ...pairs].join(" "),
    );
    if (typeof stack === "string") terminal.print(...stack.split("\n").map((one) => `    ${plain(one)}`));
  }
}
