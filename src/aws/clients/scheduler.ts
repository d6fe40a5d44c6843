import { SchedulerClient } from "@aws-sdk/client-scheduler";

let client: SchedulerClient | undefined;

/** The EventBridge Scheduler client of this process. */
export function schedulerClient(): SchedulerClient {
  return (client ??= new SchedulerClient());
}
