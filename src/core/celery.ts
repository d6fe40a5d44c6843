import * as z from "zod";

/** What a task's call keeps where a Celery client asked for the task: its changes are told to the bridge. */
export const CeleryMarkSchema = z.object({
  /** The id under which the client knows it. Default: the task's own. */
  id: z.string().optional(),
  /** The ids of what follows it in its chain: Celery counts them among its children. */
  next: z.array(z.string()).default([]),
  /** Whether the bridge keeps what is to happen after its end: the rest of a chain, or a chord that it is part of. */
  continues: z.boolean().default(false),
  /** Whether its start is told as well (Celery's `task_track_started`). */
  started: z.boolean().default(false),
});

export type CeleryMark = z.infer<typeof CeleryMarkSchema>;

/** The mark of what a marked task starts: its changes are told too. */
export function inheritedMark(mark: CeleryMark | null): CeleryMark | null {
  return mark === null ? null : { next: [], continues: false, started: mark.started };
}

/** The queue of the bridge, as a module's. */
export const CELERY_QUEUE = "celery";

/** What the bridge is told. */
export const CeleryMessageSchema = z.discriminatedUnion("op", [
  /** A task has changed: what its record says now is what Celery's clients are to see. */
  z.object({ op: z.literal("celery"), id: z.string() }),
  /** A task runs on a worker of Celery: look whether it has ended. */
  z.object({
    op: z.literal("look"),
    id: z.string(),
    attempt: z.number().int(),
    fence: z.string(),
    /** That of the message in hand. */
    token: z.string().optional(),
  }),
]);

export type CeleryMessage = z.infer<typeof CeleryMessageSchema>;
