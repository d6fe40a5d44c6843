import { MAX_RETENTION } from "../core/limits.ts";
import type { TaskRecord } from "../core/record/record.ts";
import type { Services } from "./services.ts";
import { eventText } from "./task-item.ts";

/** What a task goes through when its canvas is resumed: an event, and never a status. */
const RESUMED = "RESUMED";

/**
 * Makes a task that has ended badly wait for another attempt, under its own id. No time is due: so the message of its
 * canvas, which is that of the first attempt, is sent on at once as that of this one (`onRefusedClaim`).
 * @returns whether it waits; false where another has resumed it, or it has not ended so.
 */
export async function resumeTask({ table, env, now }: Services, { id, attempt, call }: TaskRecord): Promise<boolean> {
  const time = now();
  const item = await table.update({
    id,
    set: {
      status: "PENDING",
      attempt: attempt + 1,
      retries: 0,
      lost: 0,
      // What was too late before is not too late now: whoever resumes it wants it run.
      call: JSON.stringify({ ...call, expires: null, expires_in: null }),
      ttl: Math.ceil(time / 1000) + MAX_RETENTION + env.retention,
    },
    remove: ["error", "done", "due", "runtime", "progress", "terminate", "failed", "dead", "lease", "replacement"],
    append: { events: [eventText({ status: RESUMED, at: time, attempt: attempt + 1 })] },
    when: "#status IN (:failure, :revoked) AND #attempt = :attempt",
    values: { failure: "FAILURE", revoked: "REVOKED", attempt },
  });
  return item !== null;
}
