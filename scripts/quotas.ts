// What breaks first: the quotas of AWS that a load comes to, as a table for docs/performance.md. `node scripts/quotas.ts
// [--seconds 2] [--modules 1] [--peak 3]`

import { parseArgs } from "node:util";
import * as z from "zod";
import { quotaUse } from "../src/core/insights/quotas.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "2" },
    modules: { type: "string", default: "1" },
    peak: { type: "string", default: "3" },
  },
});
const positive = z.coerce.number().positive();
const load = {
  seconds: positive.parse(values.seconds),
  modules: positive.parse(values.modules),
  peak: positive.parse(values.peak),
};

/** Quotas that are shown of each load: those above this share of their limit, and the nearest one in any case. */
const SHOWN = 0.8;

const number = (value: number): string => Math.ceil(value).toLocaleString("en-US");

console.log("| tasks a day | started as | what | asked for | limit | do |");
console.log("|---|---|---|---|---|---|");
for (const tasksPerDay of [1e6, 10e6, 100e6])
  for (const via of ["plain", "batch", "member", "step"] as const) {
    const uses = quotaUse({ tasksPerDay, via, ...load });
    const shown = uses.filter(({ share }, index) => index === 0 || share >= SHOWN);
    for (const { what, used, limit, share, advice } of shown) {
      const cells = [number(tasksPerDay), via, what, number(used), number(limit), share < SHOWN ? "nothing" : advice];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
