import { defineModule, defineTask } from "celeriac";
import { sendEmail } from "celeriac/email";
import * as z from "zod";

export const module = defineModule({ grants: ["email"] });

const Email = z.strictObject({
  to: z.email(),
  /** RFC 5322: at most 998 characters, and one line. A line break in it could start a header of the sender's own. */
  subject: z
    .string()
    .max(998)
    .regex(/^[^\r\n]*$/, "A subject is one line: take the line breaks out"),
  text: z.string().max(256 * 1024),
});

/** E-mails of one task: a batch is resent whole when its worker is lost, so it stays small. */
const MAX_EMAILS = 100;

/** Sends up to 100 e-mails through SES, and says what became of each. */
export const sendBatch = defineTask("email.send_batch", {
  parameters: ["emails"],
  args: z.tuple([
    z
      .array(Email)
      .min(1)
      .max(MAX_EMAILS, `Too many e-mails: ${MAX_EMAILS} are allowed in one task; send the rest in another`),
  ]),
  run: async (self, emails) => {
    const sent: { to: string; message_id: string }[] = [];
    for (const [index, email] of emails.entries()) {
      self.signal.throwIfAborted();
      sent.push({ to: email.to, message_id: await sendEmail(email) });
      await self.progress(index + 1, emails.length);
    }
    return { sent: sent.length, messages: sent };
  },
});
