import { defineTask } from "celeriac";
import * as z from "zod";

/** Seconds from which a task belongs split: above them it is long by the size guideline. */
const LONG = 300;

/**
 * A task that watches its own runtime: counts what it is given, records how long it took, and warns when that was long.
 */
export const monitored = defineTask("monitor.monitored", {
  parameters: ["data"],
  args: z.tuple([z.unknown()]),
  softTimeLimit: LONG,
  timeLimit: 420,
  run: (self, data) => {
    const started = performance.now();
    const bytes = Buffer.byteLength(JSON.stringify(data ?? null));
    const runtime = (performance.now() - started) / 1000;
    self.log.info("measured", { runtime, bytes });
    if (runtime > LONG) self.log.warn("this task runs long; split it", { runtime });
    return { bytes, runtime };
  },
});
