import { SESv2Client } from "@aws-sdk/client-sesv2";

let client: SESv2Client | undefined;

/** The SES client of this process. */
export function sesClient(): SESv2Client {
  return (client ??= new SESv2Client());
}
