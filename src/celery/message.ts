import { inflateSync } from "node:zlib";
import * as z from "zod";
import { Signature } from "./signature.ts";

/** A message that this side refuses; the client of the task is told, where the task has an id. */
export class UnreadableMessage extends Error {
  override readonly name = "UnreadableMessage";
  /** The id of the task, where the message has one. */
  readonly taskId: string | null;
  /** The exception that Celery's own worker would have. */
  readonly type: string;

  constructor(taskId: string | null, type: string, message: string) {
    super(message);
    this.taskId = taskId;
    this.type = type;
  }
}

/** A task as a message asks for it, and what is to come after it. */
export interface TaskMessage {
  readonly signature: Signature;
  /** The rest of its chain, in the order in which it is run. */
  readonly chain: readonly Signature[];
  readonly group: { readonly id: string; readonly index: number | null } | null;
  readonly root: string | null;
}

const Envelope = z.looseObject({
  body: z.string(),
  headers: z.looseObject({}).default({}),
  properties: z.looseObject({ body_encoding: z.string().nullish() }).default({}),
  "content-type": z.string().default("application/json"),
});

type Envelope = z.infer<typeof Envelope>;

const Limits = z.tuple([z.number().nullable(), z.number().nullable()]).nullish();

const Headers = z.looseObject({
  task: z.string(),
  id: z.string().min(1),
  eta: z.string().nullish(),
  expires: z.string().nullish(),
  group: z.string().nullish(),
  group_index: z.number().nullish(),
  timelimit: Limits,
  root_id: z.string().nullish(),
  ignore_result: z.boolean().nullish(),
  compression: z.string().nullish(),
});

const Embed = z.object({
  callbacks: z.array(Signature).nullish(),
  errbacks: z.array(Signature).nullish(),
  chain: z.array(Signature).nullish(),
  chord: Signature.nullish(),
});

const Body = z.tuple([z.array(z.unknown()), z.record(z.string(), z.unknown()), Embed]);

/** Protocol 1: one object for all (celery/app/amqp.py, as_task_v1). */
const BodyOfOne = z.looseObject({
  task: z.string(),
  id: z.string().min(1),
  args: z.array(z.unknown()).default([]),
  kwargs: z.record(z.string(), z.unknown()).default({}),
  eta: z.string().nullish(),
  expires: z.string().nullish(),
  callbacks: z.array(Signature).nullish(),
  errbacks: z.array(Signature).nullish(),
  timelimit: Limits,
  taskset: z.string().nullish(),
  chord: Signature.nullish(),
});

/**
 * Reads an SQS message of kombu's, base64 or plain, of protocol 2 or 1.
 * https://docs.celeryq.dev/en/stable/internals/protocol.html
 * @throws UnreadableMessage for pickle, for an encoding that is not served, and for what no Celery client wrote
 */
export function readTaskMessage(text: string): TaskMessage {
  const envelope = Envelope.safeParse(parseEnvelope(text));
  if (!envelope.success) throw new UnreadableMessage(null, "DecodeError", "The message is none of Celery's.");
  const id = z.string().safeParse(envelope.data.headers["id"]).data ?? null;
  try {
    return "task" in envelope.data.headers ? ofProtocol2(envelope.data) : ofProtocol1(envelope.data);
  } catch (error) {
    if (error instanceof UnreadableMessage) throw error;
    const why = error instanceof z.ZodError ? error.issues.map(describeIssue).join("; ") : "its body is no JSON";
    throw new UnreadableMessage(id, "DecodeError", `The message cannot be read: ${why}.`);
  }
}

function describeIssue({ path, message }: { path: readonly PropertyKey[]; message: string }): string {
  return `${path.join(".")}: ${message}`;
}

/** kombu tries base64 first, too: plain JSON begins with a brace, which base64 does not have. */
function parseEnvelope(text: string): unknown {
  try {
    return JSON.parse(text.startsWith("{") ? text : Buffer.from(text, "base64").toString());
  } catch {
    return undefined;
  }
}

function ofProtocol2(envelope: Envelope): TaskMessage {
  const headers = Headers.parse(envelope.headers);
  const text = bodyText(envelope, headers.id, headers.compression ?? null);
  const [args, kwargs, embed] = Body.parse(JSON.parse(text));
  const { group, group_index: index = null, root_id: root = null } = headers;
  return {
    signature: signatureOf({ ...headers, ...embed, args, kwargs }),
    chain: (embed.chain ?? []).toReversed(),
    group: typeof group === "string" ? { id: group, index } : null,
    root,
  };
}

function ofProtocol1(envelope: Envelope): TaskMessage {
  const body = BodyOfOne.parse(JSON.parse(bodyText(envelope, null, null)));
  const { taskset: group } = body;
  return {
    signature: signatureOf({ ...body, group }),
    chain: [],
    group: typeof group === "string" ? { id: group, index: null } : null,
    root: null,
  };
}

/** What both protocols say of a task, by Celery's names. */
type TaskFields = Pick<z.infer<typeof BodyOfOne>, "task" | "id" | "args" | "kwargs"> &
  Partial<Pick<z.infer<typeof Headers>, "eta" | "expires" | "group" | "ignore_result" | "timelimit">> &
  Partial<Pick<z.infer<typeof Embed>, "callbacks" | "errbacks" | "chord">>;

function signatureOf({ task, id, args, kwargs, timelimit, ...fields }: TaskFields): Signature {
  return {
    task,
    args,
    kwargs,
    immutable: false,
    options: {
      task_id: id,
      eta: fields.eta,
      expires: fields.expires,
      time_limit: timelimit?.[0],
      soft_time_limit: timelimit?.[1],
      ignore_result: fields.ignore_result,
      group_id: fields.group,
      link: fields.callbacks,
      link_error: fields.errbacks,
      chord: fields.chord,
    },
  };
}

/** Bytes of a body after decompression: what SQS carries is 1 MiB, and a bomb must not fill the memory. */
const MAX_INFLATED = 16 * 1024 * 1024;

function bodyText(envelope: Envelope, id: string | null, compression: string | null): string {
  const type = envelope["content-type"];
  if (type !== "application/json") {
    const message = `Refusing to deserialize content of type ${type}: only application/json is taken.`;
    throw new UnreadableMessage(id, "ContentDisallowed", message);
  }
  const bytes = Buffer.from(envelope.body, envelope.properties.body_encoding === "base64" ? "base64" : "utf8");
  if (compression === null) return bytes.toString();
  // kombu names zlib and gzip alike, and writes a zlib stream for both.
  if (compression === "application/x-gzip") return inflateSync(bytes, { maxOutputLength: MAX_INFLATED }).toString();
  throw new UnreadableMessage(id, "DecodeError", `Bodies compressed by ${compression} are not read; zlib is.`);
}
