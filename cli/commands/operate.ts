import { Command } from "@commander-js/extra-typings";
import * as z from "zod";
import { Revoked } from "../answers.ts";
import { actOnMany, isFilter, withFilter } from "../bulk.ts";
import { CliError, EXIT } from "../errors.ts";
import { examples } from "../help.ts";
import type { Open } from "../session.ts";
import { submit, withSubmitting } from "../submit.ts";

/** @throws CliError where neither ids nor a filter say which tasks are meant. */
function noTasks(action: string): CliError {
  return new CliError(
    EXIT.usage,
    `Say which tasks to ${action}: their ids, or --status, --task, --since and the like.`,
  );
}

/** `celeriac revoke [IDS...]`. */
export function revokeCommand(open: Open) {
  const command = new Command("revoke")
    .summary("stop what has not started")
    .description("Revokes tasks, groups and canvases: what has not started never starts, nor does what follows it.")
    .argument("[ids...]")
    .option("--terminate", "stop what runs as well, within 15 s")
    .addHelpText(
      "after",
      examples("revoke 6f0c3c1e-…", "revoke 6f0c3c1e-… --terminate", "revoke --task a.b --since 1h"),
    );
  return withFilter(command).action(async (ids, options) => {
    const { terminate = false } = options;
    const session = await open();
    if (ids.length === 0 && !isFilter(options)) throw noTasks("revoke");
    if (ids.length === 0) {
      process.exitCode = await actOnMany(session, "revoke", options, { terminate });
      return;
    }
    const { api, terminal } = session;
    for (const id of ids) {
      await api.call("POST", `/tasks/${encodeURIComponent(id)}/revoke`, Revoked, { body: { terminate } });
      if (!terminal.json) terminal.print(`revoked ${id}`);
    }
    if (terminal.json) terminal.printJson({ revoked: ids });
  });
}

/** `celeriac retry [ID]`. */
export function retryCommand(open: Open) {
  const command = new Command("retry")
    .summary("run failed or revoked tasks again")
    .description("Runs a task that has failed or was revoked again, alone, under a new id, which is printed.")
    .argument("[id]")
    .addHelpText("after", examples("retry 6f0c3c1e-… --wait", "retry --status FAILURE --task a.b --since 1h --yes"));
  return withFilter(withSubmitting(command)).action(async (id, options) => {
    const session = await open();
    if (id === undefined && !isFilter(options)) throw noTasks("retry");
    process.exitCode =
      id === undefined
        ? await actOnMany(session, "retry", options)
        : await submit(session, `/tasks/${encodeURIComponent(id)}/retry`, {}, options);
  });
}

/** `celeriac forget [IDS...]`. */
export function forgetCommand(open: Open) {
  const command = new Command("forget")
    .summary("forget tasks that have ended")
    .description("Forgets tasks that have ended, with their arguments, results and documents.")
    .argument("[ids...]")
    .addHelpText("after", examples("forget 6f0c3c1e-…", "forget --status SUCCESS --until 1d --yes"));
  return withFilter(command).action(async (ids, options) => {
    const session = await open();
    if (ids.length === 0 && !isFilter(options)) throw noTasks("forget");
    if (ids.length === 0) {
      process.exitCode = await actOnMany(session, "forget", options);
      return;
    }
    const { api, terminal } = session;
    for (const id of ids) {
      await api.call("DELETE", `/tasks/${encodeURIComponent(id)}`, z.null());
      if (!terminal.json) terminal.print(`forgotten ${id}`);
    }
    if (terminal.json) terminal.printJson({ forgotten: ids });
  });
}
