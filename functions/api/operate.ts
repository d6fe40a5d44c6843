import { createHandler } from "./handler.ts";
import { revokeTask } from "./revoke-task.ts";

/** The right to operate: revoke, retry, redrive. */
export const handler = createHandler({ revokeTask });
