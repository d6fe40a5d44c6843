import { SFNClient } from "@aws-sdk/client-sfn";
import { clientOptions } from "./endpoint.ts";

let client: SFNClient | undefined;

/** The Step Functions client of this process. */
export function sfnClient(): SFNClient {
  return (client ??= new SFNClient(clientOptions));
}
