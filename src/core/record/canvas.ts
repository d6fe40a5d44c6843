import * as z from "zod";
import { OwnerSchema } from "./caller.ts";
import { TaskErrorSchema } from "./end.ts";
import type { TaskError } from "../errors.ts";
import { PayloadSchema } from "./message.ts";
import { PartSchema, PlaceSchema } from "../canvas/place.ts";

/** What stands before a named workflow's name in that of its machine. */
export const WORKFLOW_PREFIX = "workflow-";

/** What runs a canvas that has a machine of its own, a named workflow. */
export const MachineSchema = z.object({
  /** The machine's name after the stage's prefix: `workflow-etl`. */
  name: z.string(),
  /** What it is told: ids, by the keys of its states. */
  input: z.record(z.string(), z.unknown()),
  /** The name of its first execution where somebody started that by hand; null where it is made of the canvas's id. */
  execution: z.string().nullable(),
});

export type Machine = z.output<typeof MachineSchema>;

const common = {
  id: z.string(),
  root: z.string(),
  place: PlaceSchema.nullable(),
  /** The id under which its result is asked for. */
  result: z.string(),
  /** Null where the generic machine of its kind runs it, or the machine of a canvas around it. */
  machine: MachineSchema.nullable().default(null),
  /** With what its span is made: kept where the stage has its canvases traced alone. */
  trace: z.object({ correlation: z.string(), created: z.number(), parent: z.string().nullable() }).optional(),
};

/** A chain as the table keeps it. */
export const ChainSchema = z.object({ ...common, kind: z.literal("chain"), steps: z.array(PartSchema) });

/** A chord as the table keeps it; its header is a group. */
export const ChordSchema = z.object({
  ...common,
  kind: z.literal("chord"),
  header: z.string(),
  total: z.number().int(),
  body: PartSchema,
});

/** What never changes about a group. Its members lie in its chunks. */
export const GroupSchema = z.object({
  ...common,
  kind: z.literal("group"),
  total: z.number().int(),
  parent: z.string().nullable(),
  /** The root that it shares with the task that started it; null where a client did. */
  shared_root: z.string().nullable().default(null),
  group: z.string().nullable(),
  group_index: z.number().int().nullable(),
  /** Whose it is, as of a task. */
  owner: OwnerSchema.nullable().default(null),
  created: z.number(),
});

/** A canvas: what a machine of Step Functions carries. */
export const CanvasSchema = z.discriminatedUnion("kind", [ChainSchema, ChordSchema, GroupSchema]);

export type StoredCanvas = z.output<typeof CanvasSchema>;
export type StoredGroup = z.output<typeof GroupSchema>;

/** How a group has ended. */
export const GroupEndSchema = z.object({
  status: z.enum(["SUCCESS", "FAILURE", "REVOKED"]),
  result: PayloadSchema.nullable(),
  /** That of the first member that failed; where none did, of the first that was revoked. */
  error: TaskErrorSchema.nullable(),
  /** Of a header, where it is another: that of the first member, failed or revoked, by which its chord fails. */
  first: TaskErrorSchema.nullable().default(null),
  started: z.number().nullable(),
  done: z.number(),
  completed: z.number().int(),
  failed: z.number().int(),
});

export type GroupEnd = z.output<typeof GroupEndSchema>;

/** A group as the table keeps it; `end` is null until its members have ended. */
export interface GroupRecord {
  readonly group: StoredGroup;
  readonly end: GroupEnd | null;
}

/** What a list of runs says of a submission besides its state. */
export const AboutSchema = z.object({
  /** The named workflow that it is; null for any other canvas. */
  name: z.string().nullable(),
  /** Its tasks and how they follow each other, in a line. */
  shape: z.string(),
  /** Who or what submitted it, as of a call. */
  origin: z.string(),
  /** The root that its tasks share. */
  root: z.string(),
  /** Whose it is, as of a task. */
  owner: OwnerSchema.nullable(),
});

export type About = z.output<typeof AboutSchema>;

/** How a submission ended. */
export const RunEndSchema = z.object({
  status: z.enum(["SUCCESS", "FAILURE", "REVOKED"]),
  error: TaskErrorSchema.nullable(),
  /** Milliseconds since 1970. */
  done: z.number(),
});

export type RunEnd = z.output<typeof RunEndSchema>;

/** A submission as the table keeps it. */
export const RootSchema = z.object({
  top: PartSchema,
  created: z.number(),
  correlation: z.string(),
  /** Null of one from before runs were listed. */
  about: AboutSchema.nullable().default(null),
  /** Null while it runs, and of one that ended before runs were listed. */
  end: RunEndSchema.nullable().default(null),
  /** Executions of the top canvas's machine so far: a restart is a new one, and names are never used twice. */
  epoch: z.number().int(),
  revoked: z.boolean(),
  done: z.boolean(),
  /** Until when a message of it may wait in Scheduler, where no queue shows it, milliseconds since 1970; 0 for none. */
  waits: z.number(),
});

export type Root = z.output<typeof RootSchema>;

/** What the body of a chord fails with whose header failed, and all that follows it. */
export function chordError(first: TaskError): TaskError {
  return {
    type: "ChordError",
    message: `Dependency ${first.task_id} raised ${first.type}("${first.message}")`,
    task_id: first.task_id,
  };
}

/** Messages to the canvas Lambda: from Step Functions, from workers, from itself. */
export const CanvasMessageSchema = z.discriminatedUnion("op", [
  /** Start a canvas; what waits for it has the token. */
  z.object({ op: z.literal("run"), id: z.string(), token: z.string().optional() }),
  /** Start the members of chunk `n` of a group. */
  z.object({ op: z.literal("chunk"), id: z.string(), n: z.number().int(), token: z.string() }),
  /** The members of a group have ended: make its result. */
  z.object({ op: z.literal("close"), id: z.string(), token: z.string() }),
  /** A machine failed: see to it that nothing of its canvas waits for ever. */
  z.object({ op: z.literal("settle"), id: z.string() }),
  /** End parts that will never run. */
  z.object({
    op: z.literal("end"),
    parts: z.array(PartSchema),
    status: z.enum(["FAILURE", "REVOKED"]),
    error: TaskErrorSchema,
  }),
  /** Revoke what has not started of a canvas; with `terminate`, stop what runs of it. */
  z.object({ op: z.literal("revoke"), canvas: z.string(), terminate: z.boolean().default(false) }),
  /** Revoke what waits in a module's queue since before a time, milliseconds since 1970. */
  z.object({
    op: z.literal("purge"),
    queue: z.string(),
    before: z.number(),
    /** Where it goes on to look for delayed tasks: the partition of the index, and the place in it. */
    from: z.object({ partition: z.number().int(), after: z.string().optional() }).optional(),
  }),
  /** A message that nobody here wrote is kept among the dead letters: what is received of those alarms. */
  z.object({ op: z.literal("letter"), id: z.string() }),
  /** Make the records of a workflow that was started by hand, and give the state that waits their ids. */
  z.object({
    op: z.literal("prepare"),
    workflow: z.string(),
    /** The ARN of the execution, and when it was started: together they are never the same again. */
    execution: z.string(),
    started: z.string(),
    input: z.unknown(),
    token: z.string(),
  }),
  /** Record how full the queues are. */
  z.object({ op: z.literal("sample") }),
  /** Look for what no message will ever settle. */
  z.object({
    op: z.literal("sweep"),
    /** Seconds for which a submission is left in peace after it came: its first messages are on their way. */
    grace: z.number().min(0).default(60),
    /** Where the sweep goes on that found more than it could look at. */
    after: z.string().optional(),
  }),
]);

export type CanvasMessage = z.output<typeof CanvasMessageSchema>;

/** What a message of a canvas has besides that came back from the dead letters: how often it did. */
export const Returned = z.object({ returns: z.number().int().default(0) });
