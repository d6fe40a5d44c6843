/**
 * Bounds that the HTTP contract states or that a service sets. Sizes in bytes, times in seconds, unless a name says
 * otherwise.
 */

/** Bytes of a megabyte. */
export const MB = 1024 * 1024;

/** Seconds of an hour and of a day. */
export const HOUR = 3_600;
export const DAY = 24 * HOUR;

/** Seconds for which a queue of SQS keeps a message at the most. */
export const MAX_RETENTION = 14 * DAY;
/** Seconds in which the last message of what starts now may come: it waits in its queue, and then among the dead. */
export const LAST_MESSAGE = 2 * MAX_RETENTION;

/** Longest hard limit: Lambda stops a function at 900 s, and claiming, storing and the last notice take up to 20 s. */
export const MAX_TIME_LIMIT = 880;
/**
 * Seconds between a task's hard limit and its function's timeout: claim, fetching 5 MB, storing the result, notices.
 */
export const TIMEOUT_MARGIN = 20;
/**
 * Attempts at one AWS call of what takes messages: the SDK's own three end a task whose submission DynamoDB throttles.
 * The SDK waits up to 0.5, 1, 2, 4 and 8 s between them, at random (standard mode): 16 s at the most, which is below
 * {@link TIMEOUT_MARGIN}.
 */
export const MAX_CALL_ATTEMPTS = 6;
/** Seconds that a lease outlives the hard limit, so that a worker that finishes late is not taken for a lost one. */
export const LEASE_MARGIN = 10;
/** SQS delays a message by 900 s at the most. */
export const MAX_SQS_DELAY = 900;
/**
 * Seconds by which Scheduler sends a message too early: it keeps to the minute only, and the queue and a cold start
 * take theirs.
 */
export const SCHEDULE_LEAD = 120;
/** Bytes of what Scheduler sends (quota: 256 KB). */
export const MAX_SCHEDULE_INPUT = 256 * 1024;
/** Longest delay of any kind (countdown, eta, expires): a year, the life of a Step Functions execution. */
export const MAX_DELAY = 365 * DAY;
/** States of tasks' own that a stage notes: their item is read where a listing is asked for one. */
export const MAX_OWN_STATES = 1_000;

/** A request's body: in base64, with its headers, it must fit the 6,291,456 B that Lambda takes. */
export const MAX_BODY = 4 * MB;
/** A result as JSON. */
export const MAX_RESULT = 5 * MB;
/** A result that an answer carries itself; a larger one is given as a URL. */
export const MAX_INLINE_RESULT = 1 * MB;
/**
 * Arguments that an answer carries itself, with the result that it carries; larger ones are given as a URL. In base64,
 * with what else a record has (400 KB at the most, an item's), it must fit the 6,291,556 B that Lambda answers with.
 */
export const MAX_INLINE_ARGUMENTS = 4 * MB;
/**
 * A payload that an item or a message carries itself: each further KB is a write unit more on each of a task's writes.
 */
export const MAX_INLINE_PAYLOAD = 4 * 1024;
/**
 * Levels of nesting in a JSON body: far above any use, far below what overflows the stack of JSON.stringify (about
 * 7,000).
 */
export const MAX_JSON_DEPTH = 500;

/** Levels of nesting of a canvas. */
export const MAX_DEPTH = 50;
/** Nodes of one chain. */
export const MAX_CHAIN = 1_000;
/** Members of one group or header; tasks of one batch. */
export const MAX_WIDTH = 10_000;
/** Task nodes of one submission: the widest header and as many after it. */
export const MAX_TASKS = 20_000;
/** Tasks that an answer lists. */
export const MAX_LISTED = 1_000;
/** Links of one kind on one task. */
export const MAX_LINKS = 100;
/** Header entries of a task, and the characters of each name and value. */
export const MAX_HEADERS = 50;
export const MAX_HEADER_LENGTH = 1_024;

/** Options of one task as JSON, its links among them: they lie in its item, headers twice, and an item takes 400 KB. */
export const MAX_OPTIONS = 128 * 1024;

/** Longest `?wait=`: API Gateway gives up on an integration after 29 s. */
export const MAX_WAIT = 20;
/** Entries of one page of a listing. */
export const MAX_PAGE = 100;
/** Hours that insights look back. */
export const MAX_INSIGHT_HOURS = 168;
/** Hours of tasks that one request for insights reads: 100 calls. */
export const MAX_SUMMARIES = 10_000;
/** Seconds for which an idempotency key is remembered. */
export const IDEMPOTENCY_SECONDS = 1 * DAY;
/** Deliveries of one message after which SQS puts it among the dead: only crashes count, retries are new messages. */
export const MAX_RECEIVE_COUNT = 10;
/** Environments that one task may take down before it is given up. */
export const MAX_LOST = 3;
/** Messages that a task may go through (retries, waits); a bug that feeds itself ends here, not on the bill. */
export const MAX_HOPS = 10_000;
/**
 * Replacements that may lead to one task: at its end each tells the one before it, and a worker has some 20 s for that.
 */
export const MAX_REPLACEMENTS = 100;
/** Bytes of what a task says of its progress: it lies in its item, and each KB is a write unit more on its writes. */
export const MAX_PROGRESS_MESSAGE = 1_024;
/** Bytes of a line of the log: CloudWatch Logs took no larger event for most of its life. */
export const MAX_LOG_LINE = 256 * 1024;
/** State changes kept with a record; an item must stay small. */
export const MAX_EVENTS = 50;
