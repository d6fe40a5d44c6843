import { Command } from "@commander-js/extra-typings";
import * as z from "zod";
import { Revoked } from "../answers.ts";
import { examples } from "../help.ts";
import type { Open } from "../session.ts";
import { submit, withSubmitting } from "../submit.ts";

/** `celeriac revoke ID...`. */
export function revokeCommand(open: Open) {
  return new Command("revoke")
    .summary("stop what has not started")
    .description("Revokes tasks, groups and canvases: what has not started never starts, nor does what follows it.")
    .argument("<ids...>")
    .option("--terminate", "stop what runs as well, within 15 s")
    .addHelpText("after", examples("revoke 6f0c3c1e-…", "revoke 6f0c3c1e-… --terminate"))
    .action(async (ids, { terminate = false }) => {
      const { api, terminal } = await open();
      for (const id of ids) {
        await api.call("POST", `/tasks/${encodeURIComponent(id)}/revoke`, Revoked, { body: { terminate } });
        if (!terminal.json) terminal.print(`revoked ${id}`);
      }
      if (terminal.json) terminal.printJson({ revoked: ids });
    });
}

/** `celeriac retry ID`. */
export function retryCommand(open: Open) {
  const command = new Command("retry")
    .summary("run a failed or revoked task again")
    .description("Runs a task that has failed or was revoked again, alone, under a new id, which is printed.")
    .argument("<id>")
    .addHelpText("after", examples("retry 6f0c3c1e-… --wait"));
  return withSubmitting(command).action(async (id, options) => {
    process.exitCode = await submit(await open(), `/tasks/${encodeURIComponent(id)}/retry`, {}, options);
  });
}

/** `celeriac forget ID...`. */
export function forgetCommand(open: Open) {
  return new Command("forget")
    .summary("forget tasks that have ended")
    .description("Forgets tasks that have ended, with their arguments, results and documents.")
    .argument("<ids...>")
    .addHelpText("after", examples("forget 6f0c3c1e-…"))
    .action(async (ids) => {
      const { api, terminal } = await open();
      for (const id of ids) {
        await api.call("DELETE", `/tasks/${encodeURIComponent(id)}`, z.null());
        if (!terminal.json) terminal.print(`forgotten ${id}`);
      }
      if (terminal.json) terminal.printJson({ forgotten: ids });
    });
}
