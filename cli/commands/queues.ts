import { Command } from "@commander-js/extra-typings";
import { Purged, Queues, Redriven } from "../answers.ts";
import { CliError, EXIT } from "../errors.ts";
import { examples } from "../help.ts";
import type { Open } from "../session.ts";
import { count } from "../view/format.ts";

/** `celeriac queues`. */
export function queuesCommand(open: Open) {
  return new Command("queues")
    .summary("how much waits in each queue")
    .description("Shows each queue: messages that wait, are in flight, are delayed; tasks that are dead.")
    .addHelpText("after", examples("queues", `queues --json | jq '.[] | select(.dead > 0)'`))
    .action(async () => {
      const { api, terminal } = await open();
      const { queues } = await api.call("GET", "/queues", Queues);
      if (terminal.json) return terminal.printJson(queues);
      const right = (header: string) => ({ header, align: "right" as const });
      terminal.printTable(
        [{ header: "QUEUE", shrinkTo: 10 }, right("WAITING"), right("IN FLIGHT"), right("DELAYED"), right("DEAD")],
        queues.map(({ name, waiting, in_flight: inFlight, delayed, dead }) => [
          name,
          count(waiting),
          count(inFlight),
          count(delayed),
          { text: count(dead), style: dead > 0 ? "red" : "dim" },
        ]),
      );
    });
}

/** `celeriac redrive NAME`. */
export function redriveCommand(open: Open) {
  return new Command("redrive")
    .summary("return a queue's dead tasks to it")
    .description("Returns the dead tasks of a queue to it: those whose message was delivered 10 times in vain.")
    .argument("<queue>")
    .addHelpText("after", examples("redrive math"))
    .action(async (name) => {
      const { api, terminal } = await open();
      const answer = await api.call("POST", `/queues/${encodeURIComponent(name)}/redrive`, Redriven, { body: {} });
      if (terminal.json) terminal.printJson(answer);
      else terminal.print(`${count(answer.redriven)} returned to ${name}${heldOf(answer, "; before them")}`);
    });
}

/** `celeriac purge NAME --yes`. */
export function purgeCommand(open: Open) {
  return new Command("purge")
    .summary("revoke all that waits in a queue")
    .description("Revokes all that waits in a queue. Nothing brings it back, so it takes --yes.")
    .argument("<queue>")
    .option("-y, --yes", "really")
    .addHelpText("after", examples("purge math --yes"))
    .action(async (name, { yes }) => {
      const { api, terminal } = await open();
      if (yes !== true) {
        const { queues } = await api.call("GET", "/queues", Queues);
        const queue = queues.find((one) => one.name === name);
        const held = queue === undefined ? "" : heldOf(queue, " There");
        throw new CliError(
          EXIT.usage,
          `This revokes all that waits in "${name}", now or for its time.${held && `${held}.`} Say --yes to do it.`,
        );
      }
      const path = `/queues/${encodeURIComponent(name)}/purge`;
      const answer = await api.call("POST", path, Purged, { body: {} });
      if (terminal.json) terminal.printJson(answer);
      else terminal.print(`what waits in ${answer.name} is being revoked${heldOf(answer, ":")}`);
    });
}

/** What a queue holds, after a word; nothing where a stage of the version before does not say it. */
function heldOf({ waiting, delayed }: { waiting?: number | undefined; delayed?: number | undefined }, after: string) {
  if (waiting === undefined || delayed === undefined) return "";
  return `${after} ${count(waiting)} waiting, ${count(delayed)} delayed`;
}
