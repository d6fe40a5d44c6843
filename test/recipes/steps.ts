import { defineTask } from "celeriac";
import * as z from "zod";

/** Rows of one step: a task ends after 880 s at the latest, and a step is what is done again where it is lost. */
const STEP = 1_000;

/** Works through `total` rows, a step at a time, for as long as it takes; each step hands over to the next. */
export const migrate = defineTask("steps.migrate", {
  args: z.tuple([z.number().int(), z.number().int()]),
  timeLimit: 300,
  run: async (self, from, total): Promise<number> => {
    const end = Math.min(from + STEP, total);
    await self.progress(end, total);
    if (end === total) return total;
    return z.number().parse(self.replace(migrate.s(end, total)));
  },
});
