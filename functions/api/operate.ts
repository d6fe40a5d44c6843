import { actOnMany } from "./operations/act-on-many.ts";
import { forgetTask } from "./operations/forget-task.ts";
import { createHandler } from "./http/handler.ts";
import { purgeQueue } from "./operations/purge-queue.ts";
import { redriveQueue } from "./operations/redrive-queue.ts";
import { resumeCanvas } from "./operations/resume-canvas.ts";
import { retryTask } from "./operations/retry-task.ts";
import { pauseSchedule, resumeSchedule, runSchedule } from "./operations/schedules.ts";
import { revokeTask } from "./operations/revoke-task.ts";

/** The right to operate: revoke, retry, forget, redrive, purge. */
export const handler = createHandler(
  {
    revokeTask,
    resumeCanvas,
    actOnMany,
    runSchedule,
    pauseSchedule,
    resumeSchedule,
    retryTask,
    forgetTask,
    redriveQueue,
    purgeQueue,
  },
  "operate",
);
