import { chord, defineTask } from "celeriac";
import * as z from "zod";

const place = z.number().int().min(0).max(1_000_000_000);

/** Records of one chunk; more belong in several. */
const MAX_CHUNK = 1_000_000;
/** Chunks of one bulk run: the widest header of a canvas. */
const MAX_CHUNKS = 10_000;

/** What became of one chunk. */
const Chunk = z.strictObject({ start: z.number(), end: z.number(), processed: z.number(), sum: z.number() });

/** Processes the records from `start` up to, not including, `end`: here, their count and the sum of their numbers. */
export const processChunk = defineTask("records.process_chunk", {
  parameters: ["start", "end"],
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

/** Sums up the chunks of a bulk run over `total` records. */
export const sumUp = defineTask("records.sum_up", {
  parameters: ["chunks", "total"],
  args: z.tuple([z.array(Chunk), z.number()]),
  run: (_self, chunks, total) => ({
    total,
    chunks: chunks.length,
    processed: chunks.reduce((sum, chunk) => sum + chunk.processed, 0),
    sum: chunks.reduce((sum, chunk) => sum + chunk.sum, 0),
  }),
});

/**
 * Processes the records from 0 up to `total` in chunks of a size that is chosen here and now, side by side; its result
 * is their summary.
 */
export const startBulk = defineTask("records.start_bulk", {
  parameters: ["total", "chunk_size"],
  args: z.tuple([place, z.number().int().min(1).max(MAX_CHUNK)]),
  run: (self, total, chunkSize) => {
    const count = Math.ceil(total / chunkSize);
    if (count > MAX_CHUNKS) {
      throw new RangeError(
        `${total} records in chunks of ${chunkSize} are ${count} chunks; ${MAX_CHUNKS} are allowed. Take chunks of at least ${Math.ceil(total / MAX_CHUNKS)}.`,
      );
    }
    const starts = Array.from({ length: count }, (_, n) => n * chunkSize);
    const chunks = starts.map((start) => processChunk.s(start, Math.min(start + chunkSize, total)));
    return self.replace(chord(chunks, sumUp.s(total)));
  },
});
