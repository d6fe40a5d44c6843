import { defineModule, defineTask } from "celeriac";
import * as z from "zod";

/** The key comes from Secrets Manager, into the tasks' environment only. */
export const module = defineModule({ maxConcurrency: 5, secrets: { GEO_KEY: "geo/key" } });

/** At most 10 a second by all workers together, whatever is submitted: the rest waits its turn in the queue. */
export const geocode = defineTask("limited.geocode", {
  args: z.tuple([z.string()]),
  rateLimit: "10/s",
  run: async (self, address) => {
    const url = `https://geo.example.com/v1?q=${encodeURIComponent(address)}`;
    const headers = { authorization: `Bearer ${process.env["GEO_KEY"] ?? ""}` };
    const response = await fetch(url, { headers, signal: self.signal });
    if (response.status === 429) self.retry({ countdown: Number(response.headers.get("retry-after") ?? 1) });
    return z.object({ lat: z.number(), lon: z.number() }).parse(await response.json());
  },
});
