import { SESv2Client } from "@aws-sdk/client-sesv2";
import { clientOptions } from "./endpoint.ts";

let client: SESv2Client | undefined;

/** The SES client of this process. */
export function sesClient(): SESv2Client {
  return (client ??= new SESv2Client(clientOptions));
}
