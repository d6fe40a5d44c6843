import { defineTask } from "celeriac";
import * as z from "zod";

/** The other side does not take it now; any other error is not worth another attempt. */
export class NotTaken extends Error {}

/** Calls a webhook, with pauses of 1, 2, 4 ... s while the other side is down. Its key tells repeats. */
export const call = defineTask("webhook.call", {
  args: z.tuple([z.url(), z.record(z.string(), z.unknown())]),
  maxRetries: 8,
  autoretryFor: [NotTaken],
  retryBackoff: true,
  run: (self, url, event) =>
    self.once("posted", async ({ key }) => {
      const headers = { "content-type": "application/json", "idempotency-key": key };
      const body = JSON.stringify(event);
      const response = await fetch(url, { method: "POST", headers, body, signal: self.signal });
      if (response.status === 429 || response.status >= 500) throw new NotTaken(`${url} answered ${response.status}`);
      if (!response.ok) throw new Error(`${url} refused the event: ${response.status}`);
      return response.status;
    }),
});
