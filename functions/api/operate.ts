import { createHandler } from "./handler.ts";
import { redriveQueue } from "./redrive-queue.ts";
import { retryTask } from "./retry-task.ts";
import { revokeTask } from "./revoke-task.ts";

/** The right to operate: revoke, retry, redrive. */
export const handler = createHandler({ revokeTask, retryTask, redriveQueue });
