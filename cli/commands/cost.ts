import { Command, Option } from "@commander-js/extra-typings";
import { type CostLine, estimate } from "../../src/core/insights/estimate.ts";
import { examples } from "../help.ts";
import type { Shared } from "../session.ts";
import { createTerminal } from "../terminal.ts";
import { positive, whole } from "../values.ts";
import { count, dollars } from "../view/format.ts";

/** `celeriac cost`. It asks nobody. @param shared the flags that all commands share */
export function costCommand(shared: () => Shared) {
  return new Command("cost")
    .summary("what tasks would cost on AWS")
    .description(
      "Estimates what tasks cost on AWS, by its prices in us-east-1. Asks nobody; discounts and free tiers are left out.",
    )
    .option("--tasks <n>", "how many tasks", positive, 1e6)
    .option("--seconds <n>", "seconds that one runs", positive, 1)
    .option("--memory <mb>", "MB of its module", whole, 512)
    .option("--payload <bytes>", "bytes of its arguments and result", whole, 100)
    .addOption(
      new Option("--via <way>", "how they are submitted")
        .choices(["plain", "batch", "chain", "group"] as const)
        .default("plain" as const),
    )
    .option("--modules <n>", "task modules of the stage", whole, 1)
    .addHelpText(
      "after",
      examples("cost --tasks 1e6 --seconds 2 --memory 512", "cost --tasks 1e6 --seconds 2 --via group"),
    )
    .action(({ tasks, seconds, memory, payload, via, modules }) => {
      const terminal = createTerminal(shared().json === true, process);
      const result = estimate({ tasks, seconds, memory, payloadBytes: payload, via, modules });
      if (terminal.json) return terminal.printJson(result);
      const right = (header: string) => ({ header, align: "right" as const });
      const row = ({ what, quantity, usd }: CostLine): string[] => [what, count(Math.round(quantity)), dollars(usd)];
      terminal.printTable(
        [{ header: "WHAT" }, right("QUANTITY"), right("USD")],
        [
          ...result.lines.map(row),
          ["together", "", { text: dollars(result.total), style: "bold" }],
          ["for one task", "", dollars(result.per_task)],
          ["a month without tasks", "", dollars(result.idle_total)],
        ],
      );
    });
}
