import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { clientOptions } from "./endpoint.ts";

let client: SchedulerClient | undefined;

/** The EventBridge Scheduler client of this process. */
export function schedulerClient(): SchedulerClient {
  return (client ??= new SchedulerClient(clientOptions));
}
