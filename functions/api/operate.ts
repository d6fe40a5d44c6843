import { forgetTask } from "./forget-task.ts";
import { createHandler } from "./handler.ts";
import { purgeQueue } from "./purge-queue.ts";
import { redriveQueue } from "./redrive-queue.ts";
import { retryTask } from "./retry-task.ts";
import { revokeTask } from "./revoke-task.ts";

/** The right to operate: revoke, retry, forget, redrive, purge. */
export const handler = createHandler({ revokeTask, retryTask, forgetTask, redriveQueue, purgeQueue }, "operate");
