import * as z from "zod";
import { MAX_CHAIN, MAX_INSIGHT_HOURS, MAX_PAGE, MAX_WAIT, MAX_WIDTH } from "../limits.ts";
import { TaskNodeSchema } from "../canvas/task-schema.ts";

/** Bodies and queries of the HTTP contract. Unknown keys are refused. */

/** Body of `POST /add`. */
export const AddBody = z.strictObject({ x: z.number(), y: z.number() });

/** Body of `POST /test-request-info`. */
export const RequestInfoBody = z.strictObject({ data: z.unknown().optional() });

/** Body of `POST /tasks`. */
export const TaskBody = TaskNodeSchema;

/** A body that is read further by hand: a canvas, whose schema cannot tell which kind of node was meant. */
export const AnyObject = z.record(z.string(), z.unknown());

/** A node as the OpenAPI document shows it. */
export const NodeBody: z.ZodType = z.union([
  TaskNodeSchema,
  z.strictObject({
    get chain() {
      return z.array(NodeBody).min(1).max(MAX_CHAIN);
    },
  }),
  z.strictObject({
    get group() {
      return z.array(NodeBody).max(MAX_WIDTH);
    },
  }),
  z.strictObject({
    get chord() {
      return ChordBody;
    },
  }),
]);

/** Bodies of `POST /chain`, `/group` and `/chord`. */
export const ChainBody = z.strictObject({ tasks: z.array(NodeBody).min(1).max(MAX_CHAIN) });
export const GroupBody = z.strictObject({ tasks: z.array(NodeBody).max(MAX_WIDTH) });
export const ChordBody: z.ZodType = z.strictObject({ header: z.array(NodeBody).max(MAX_WIDTH), body: NodeBody });

/** Body of `POST /tasks/batch`. */
export const BatchBody = z.strictObject({ tasks: z.array(TaskNodeSchema).min(1).max(MAX_WIDTH) });

/** The same before its nodes are read by hand. */
export const BatchList = z.strictObject({ tasks: z.array(z.unknown()).min(1).max(MAX_WIDTH) });

/** Body of `POST /workflows/{name}`: what the workflow's first tasks get, before and over what it gives them itself. */
export const RunBody = z.strictObject({
  args: z.array(z.unknown()).default([]),
  kwargs: z.record(z.string(), z.unknown()).default({}),
});

/** What the headers `x-correlation-id` and `idempotency-key` may be. */
export const CORRELATION_ID = /^[\x20-\x7e]{0,128}$/;
export const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

const Filename = z.string().min(1).max(255);

/** Query of `POST /documents`. */
export const DocumentQuery = z.strictObject({ filename: Filename });

/** Body of `POST /documents/uploads`. */
export const UploadBody = z.strictObject({ filename: Filename, content_type: z.string().min(1).max(255).optional() });

/** Body of a request that needs none. */
export const EmptyBody = z.strictObject({});

/** Body of `POST /tasks/{task_id}/revoke`. */
export const RevokeBody = z.strictObject({ terminate: z.boolean().default(false) });

/** Query of `GET /result/{task_id}`. */
export const WaitQuery = z.strictObject({ wait: z.coerce.number().min(0).max(MAX_WAIT).optional() });

const Time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** What tasks may be narrowed to. A status is one of Celery's, or a word in capitals that tasks call their own by. */
const filters = {
  status: z
    .string()
    .max(64)
    .regex(/^[A-Z][A-Z0-9_]*$/, "is no status: expected a word in capitals, such as SUCCESS or UPLOADING")
    .optional(),
  task: z.string().min(1).max(128).optional(),
  queue: z.string().min(1).max(64).optional(),
  root_id: z.guid().toLowerCase().optional(),
  since: Time.optional(),
  until: Time.optional(),
};

/** Query of `GET /tasks`. */
export const ListQuery = z.strictObject({
  ...filters,
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
  cursor: z.string().min(1).max(512).optional(),
});

export type ListRequest = z.output<typeof ListQuery>;

/** Query of `GET /search`: that of `GET /tasks`, and words that a task must have. */
export const SearchQuery = z.strictObject({ ...ListQuery.shape, text: z.string().min(1).max(200).optional() });

/** Tasks that one request retries, revokes or forgets. */
const MAX_BULK = 1_000;

/** Body of `POST /tasks/bulk`. Of a filter that finds more the cursor leads on. */
export const BulkBody = z
  .strictObject({
    action: z.enum(["retry", "revoke", "forget"]),
    filter: z.strictObject({ ...filters, text: z.string().min(1).max(200).optional() }).optional(),
    /** Instead of a filter. */
    task_ids: z.array(z.guid().toLowerCase()).min(1).max(MAX_BULK).optional(),
    /** Of a revocation: whether what runs is stopped. */
    terminate: z.boolean().default(false),
    /** Counts, and does nothing. */
    dry_run: z.boolean().default(false),
    limit: z.int().min(1).max(MAX_BULK).default(MAX_BULK),
    cursor: z.string().min(1).max(512).optional(),
  })
  .refine((body) => (body.filter === undefined) !== (body.task_ids === undefined), {
    path: ["filter"],
    message: "is needed, or task_ids in its place; {} finds all",
  })
  .meta({ oneOf: [{ required: ["filter"] }, { required: ["task_ids"] }] });

export type BulkRequest = z.output<typeof BulkBody>;

/** Query of `GET /canvases`. */
export const RunsQuery = z.strictObject({
  status: z.enum(["PENDING", "STARTED", "SUCCESS", "FAILURE", "REVOKED"]).optional(),
  /** Of a named workflow. */
  name: z.string().min(1).max(128).optional(),
  /** Words of its name, shape or ids. */
  text: z.string().min(1).max(200).optional(),
  since: Time.optional(),
  until: Time.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(25),
  cursor: z.string().min(1).max(512).optional(),
});

export type RunsRequest = z.output<typeof RunsQuery>;

const GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

/** Ids in a query, by commas. The pattern is what the document of the API tells of them. */
const Ids = z
  .string()
  .regex(
    new RegExp(`^,*(?:${GUID}(?:,+${GUID}){0,${MAX_PAGE - 1}},*)?$`),
    "expected up to 100 ids, with commas between",
  )
  .transform((text) => text.toLowerCase().split(",").filter(Boolean))
  .pipe(z.array(z.guid()).max(MAX_PAGE));

/** Query of `GET /live`. */
export const LiveQuery = z.strictObject({
  /** Tasks that were created since then are told; without it none are. */
  since: Time.optional(),
  /** Up to 100 tasks and groups whose states are told. */
  ids: Ids.default([]),
  /** Whether the numbers of the queues are told. */
  queues: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true"),
});

/** Query of `GET /canvases/{task_id}/members`. */
export const MembersQuery = z.strictObject({
  offset: z.coerce.number().int().min(0).max(MAX_WIDTH).default(0),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(MAX_PAGE),
});

/** Query of `GET /history`. */
export const HistoryQuery = z.strictObject({
  /** Minutes to look back; a day at the most. */
  minutes: z.coerce.number().int().min(5).max(1_440).default(60),
});

/** Query of `GET /insights`. */
export const InsightsQuery = z.strictObject({
  hours: z.coerce.number().int().min(1).max(MAX_INSIGHT_HOURS).default(24),
  task: z.string().min(1).max(128).optional(),
});
