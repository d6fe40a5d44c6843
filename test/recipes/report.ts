import { cron, defineModule, defineTask } from "celeriac";
import { sendEmail } from "celeriac/email";
import * as z from "zod";

export const module = defineModule({ grants: ["email"] });

/** Every night at 02:00 in Seoul; sent once, however often an attempt is repeated. */
export const nightly = defineTask("report.nightly", {
  args: z.tuple([z.email()]),
  schedule: cron("0 2 * * *", { timezone: "Asia/Seoul", args: ["team@example.com"] }),
  autoretryFor: [Error],
  retryBackoff: true,
  run: (self, to) =>
    self.once("sent", () => sendEmail({ to, subject: "Nightly report", text: `Run ${self.request.id}` })),
});
