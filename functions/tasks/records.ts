import { defineTask } from "celeriac";
import * as z from "zod";

const place = z.number().int().min(0).max(1_000_000_000);

/** Records of one chunk; more belong in several. */
const MAX_CHUNK = 1_000_000;

/** Processes the records from `start` up to, not including, `end`: here, their count and the sum of their numbers. */
export const processChunk = defineTask("records.process_chunk", {
  args: z.tuple([place, place]),
  softTimeLimit: 240,
  run: async (self, start, end) => {
    if (end < start || end - start > MAX_CHUNK) {
      throw new RangeError(
        `A chunk from ${start} to ${end}: expected 0 to ${MAX_CHUNK} records, the end after the start.`,
      );
    }
    let sum = 0;
    for (let record = start; record < end; record += 1) {
      sum += record;
      if (record % 100_000 === 0) await self.progress(record - start, end - start);
    }
    return { start, end, processed: end - start, sum };
  },
});
