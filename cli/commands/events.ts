import { setTimeout as delay } from "node:timers/promises";
import { Command } from "@commander-js/extra-typings";
import { MAX_PAGE } from "../../src/core/limits.ts";
import { Live } from "../answers.ts";
import { examples } from "../help.ts";
import type { Open, Session } from "../session.ts";
import { moment } from "../values.ts";
import { type TaskEvent, createWatch } from "../watch.ts";
import { clock, duration } from "../view/format.ts";
import { styleOf } from "../view/status.ts";
import { fit, pad, plain } from "../view/text.ts";

/** Milliseconds between two looks. */
const BEAT = 1_000;

/** `celeriac events`. */
export function eventsCommand(open: Open) {
  return new Command("events")
    .summary("what happens, as it happens")
    .description("Prints each change of each task's state, until Ctrl-C. With --json a line of JSON each.")
    .option("-t, --task <name>", "only of tasks of this name")
    .option("--since <time>", "begin with tasks created since: a time, or 10m ago")
    .addHelpText(
      "after",
      examples("events", "events --task math.add", `events --json | jq -r 'select(.status == "FAILURE")'`),
    )
    .action(async ({ task, since }) => {
      const session = await open();
      const from = since === undefined ? undefined : moment(since);
      await follow(session, from, (event) => {
        if (task === undefined || event.task === task) print(session, event);
      });
    });
}

/** Looks each second, until Ctrl-C, which is how this is meant to end. */
async function follow(
  { api, signal }: Session,
  from: string | undefined,
  tell: (event: TaskEvent) => void,
): Promise<void> {
  const watch = createWatch();
  let since = from;
  try {
    for (;;) {
      const ids = watch.next(MAX_PAGE);
      const query = { since: since ?? new Date().toISOString(), ids: ids.length === 0 ? undefined : ids.join(",") };
      const look = await api.call("GET", "/live", Live, { query });
      for (const event of watch.take(look.tasks, look.states)) tell(event);
      since = look.now;
      await delay(BEAT, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function print({ terminal }: Session, event: TaskEvent): void {
  if (terminal.json) return terminal.printJson(event);
  const { paint, width } = terminal;
  const status = paint(styleOf(event.status), pad(event.status, 8));
  const took = event.runtime === null ? "" : `  ${duration(event.runtime)}`;
  const said = event.error === null ? "" : `  ${plain(`${event.error.type}: ${event.error.message}`)}`;
  const rest = `${event.task_id}  ${event.task}${took}${said}`;
  const time = clock(event.at);
  const left = width === null ? Infinity : width - time.length - Math.max(8, event.status.length) - 4;
  terminal.print(`${paint("dim", time)}  ${status}  ${fit(rest, left)}`);
}
