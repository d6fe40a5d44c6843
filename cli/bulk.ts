import type { Command, OptionValues } from "@commander-js/extra-typings";
import { Bulk } from "./answers.ts";
import { CliError, EXIT } from "./errors.ts";
import type { Session } from "./session.ts";
import { noteUnknown } from "./suggest.ts";
import { moment, whole } from "./values.ts";
import { count } from "./view/format.ts";

/** What is done with many tasks. */
export type BulkAction = "retry" | "revoke" | "forget";

/** Which tasks are meant, where no ids are given. */
export interface BulkFilter {
  readonly status?: string | undefined;
  readonly task?: string | undefined;
  readonly queue?: string | undefined;
  readonly text?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit?: number | undefined;
  readonly yes?: boolean | undefined;
}

/** Tasks of one request: so that progress shows. */
const STEP = 200;
const DEFAULT_LIMIT = 1_000;

/**
 * The options by which commands take many tasks.
 * @internal Its inferred type is longer than what the compiler writes to a declaration; no other package imports it.
 */
export function withFilter<Args extends unknown[], Opts extends OptionValues>(command: Command<Args, Opts>) {
  return command
    .option("-s, --status <status>", "those that are FAILURE, PENDING, … instead of ids")
    .option("-t, --task <name>", "those of this name")
    .option("-q, --queue <name>", "those of this queue")
    .option("--text <words>", "those with these words in their name, ids, arguments or error")
    .option("--since <time>", "created since then: a time, or 10m, 2h, 1d ago")
    .option("--until <time>", "created until then")
    .option("-n, --limit <n>", "how many at the most", whole, DEFAULT_LIMIT)
    .option("-y, --yes", "really: without it they are counted only");
}

/** Whether a filter was given. */
export function isFilter({ status, task, queue, text, since, until }: BulkFilter): boolean {
  return [status, task, queue, text, since, until].some((value) => value !== undefined);
}

/** Counts the tasks of a filter, and with `--yes` does it. @returns what to exit with */
export async function actOnMany(
  session: Session,
  action: BulkAction,
  given: BulkFilter,
  more: { readonly terminate?: boolean } = {},
): Promise<number> {
  const { terminal } = session;
  const limit = given.limit ?? DEFAULT_LIMIT;
  const { status, task, queue, text, since, until } = given;
  const filter = {
    status,
    task,
    queue,
    text,
    since: since === undefined ? undefined : moment(since),
    until: until === undefined ? undefined : moment(until),
  };
  const body = { action, filter, ...more };
  const counted = await throughAll(session, { ...body, dry_run: true }, limit, () => {});
  const many = `${count(counted.matched)} ${counted.matched === 1 ? "task" : "tasks"}${counted.more ? " and more" : ""}`;
  if (counted.matched === 0) await noteUnknown(session, task);
  if (given.yes !== true) {
    if (terminal.json) terminal.printJson({ action, dry_run: true, ...counted });
    throw new CliError(EXIT.usage, `This would ${action} ${many}. Say --yes to do it.`);
  }
  terminal.note(`${action} ${many}`);
  const done = await throughAll(session, body, limit, (so_far) => {
    if (terminal.showsProgress) terminal.note(`${count(so_far)} of ${count(counted.matched)}`);
  });
  if (terminal.json) terminal.printJson({ action, dry_run: false, ...done });
  else terminal.print(`${count(done.done)} done, ${count(done.refused.length)} refused`);
  for (const { task_id: id, detail } of done.refused) terminal.note(`${id}  ${detail}`);
  return done.refused.length === 0 ? EXIT.ok : EXIT.failed;
}

interface Told {
  readonly matched: number;
  readonly done: number;
  readonly refused: readonly { readonly task_id: string; readonly detail: string }[];
  readonly more: boolean;
}

async function throughAll({ api }: Session, body: object, limit: number, seen: (done: number) => void): Promise<Told> {
  let told: Told = { matched: 0, done: 0, refused: [], more: false };
  let cursor: string | null = null;
  do {
    const request = {
      ...body,
      limit: Math.min(STEP, limit - told.matched),
      ...(cursor === null ? {} : { cursor }),
    };
    const page: typeof Bulk._output = await api.call("POST", "/tasks/bulk", Bulk, { body: request });
    ({ cursor } = page);
    told = {
      matched: told.matched + page.matched,
      done: told.done + page.done,
      refused: [...told.refused, ...page.refused],
      more: cursor !== null,
    };
    seen(told.done);
  } while (cursor !== null && told.matched < limit);
  return told;
}
