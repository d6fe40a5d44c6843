import { SendEmailCommand } from "@aws-sdk/client-sesv2";
import * as z from "zod";
import { sesClient } from "./clients/sesv2.ts";
import { ENV } from "./env.ts";

const Sender = z.string().min(3);

/**
 * Sends one e-mail through SES from the stage's sender. @returns SES's message id.
 * @throws Error where the stage has no sender, and SES's own errors.
 */
export async function sendEmail(email: {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}): Promise<string> {
  const sender = Sender.safeParse(process.env[ENV.emailSender]);
  if (!sender.success) {
    throw new Error("This stage has no sender of e-mail. Set `emailSender` to an address verified in SES and deploy.");
  }
  const { MessageId } = await sesClient().send(
    new SendEmailCommand({
      FromEmailAddress: sender.data,
      Destination: { ToAddresses: [email.to] },
      Content: { Simple: { Subject: { Data: email.subject }, Body: { Text: { Data: email.text } } } },
    }),
  );
  return z.string().parse(MessageId);
}
