import { Command } from "@commander-js/extra-typings";
import { Insights } from "../answers.ts";
import { examples } from "../help.ts";
import type { Open } from "../session.ts";
import { whole } from "../values.ts";
import { bytes, count, dollars, duration } from "../view/format.ts";

/** `celeriac insights`. */
export function insightsCommand(open: Open) {
  return new Command("insights")
    .summary("how large tasks are, what they cost, what to do about it")
    .description("Shows of each task what its attempts took, needed and cost, with advice about its size.")
    .option("-t, --task <name>", "only of this task")
    .option("--hours <n>", "of the last hours, by their number", whole, 24)
    .addHelpText("after", examples("insights", "insights --task math.add --hours 2"))
    .action(async ({ task, hours }) => {
      const { api, terminal } = await open();
      const { tasks } = await api.call("GET", "/insights", Insights, { query: { task, hours } });
      if (terminal.json) return terminal.printJson(tasks);
      if (tasks.length === 0) return terminal.note(terminal.paintNote("dim", "No task has ended in this time."));
      const right = (header: string, optional = false) => ({ header, align: "right" as const, optional });
      terminal.printTable(
        [
          { header: "TASK", shrinkTo: 10 },
          right("RUNS"),
          right("FAILED"),
          right("P50"),
          right("P95"),
          right("WAIT P95"),
          right("MEMORY"),
          right("PAYLOAD", true),
          right("COST"),
        ],
        tasks.map((one) => [
          one.task,
          count(one.runs),
          count(one.failed),
          duration(one.runtime.p50),
          duration(one.runtime.p95),
          duration(one.queue_wait.p95),
          one.memory.max === null ? "-" : `${count(Math.round(one.memory.max))} MB`,
          one.payload.p95 === null ? "-" : bytes(one.payload.p95),
          dollars(one.cost.total_usd),
        ]),
      );
      for (const one of tasks) for (const advice of one.advice) terminal.print(`${one.task}: ${advice}`);
    });
}
