import { createHash, randomUUID } from "node:crypto";
import * as z from "zod";
import type { Item, Table } from "../aws/table.ts";
import { CeleriacError } from "../core/errors.ts";
import { IDEMPOTENCY_SECONDS } from "../core/limits.ts";

/** Seconds that the first request with a key is given before a repeat takes over: longer than an API function runs. */
const LEASE_SECONDS = 30;

/** The key was used with another path or body. */
export class IdempotencyConflict extends CeleriacError {
  constructor() {
    super(
      "idempotency_conflict",
      "This Idempotency-Key was used with another path or body. Use a new key for a new request.",
    );
  }
}

/** The first request with the key has not been answered yet. */
export class IdempotencyBusy extends CeleriacError {
  /** Seconds after which to ask again. */
  readonly retryAfter: number;
  constructor(retryAfter: number) {
    super(
      "idempotency_busy",
      "The first request with this Idempotency-Key is still being worked on. Repeat it in a moment.",
    );
    this.retryAfter = retryAfter;
  }
}

const KeyItem = z.object({
  fingerprint: z.string(),
  seed: z.string(),
  created: z.number(),
  lease: z.number(),
  /** Which request is carrying it out. Keys from before have none. */
  holder: z.string().default(""),
  done: z.boolean(),
});

/** What a request's ids and times derive from, so that a repeat gives the same answer and meets the same records. */
export interface KeyedRequest {
  readonly seed: string;
  /** When the first request came, milliseconds since 1970. */
  readonly created: number;
  /** Whether the first request was carried out: then only its answer is to be repeated. */
  readonly done: boolean;
  /** Says that the request was carried out. */
  complete(): Promise<void>;
  /** Says that it failed: a repeat need not wait. */
  abandon(): Promise<void>;
}

/**
 * Begins a request. Without a key each is the first of its kind.
 * @throws IdempotencyConflict where the key belongs to another request. @throws IdempotencyBusy while the first is
 * being carried out.
 */
export async function beginRequest(
  table: Table,
  request: {
    readonly key: string | null;
    /** Whose key it is: another's is another key. */
    readonly scope: string;
    readonly path: string;
    readonly body: Uint8Array;
    readonly now: number;
  },
): Promise<KeyedRequest> {
  const { key, now } = request;
  if (key === null) return { seed: randomUUID(), created: now, done: false, complete: nothing, abandon: nothing };
  const id = `idempotency#${sha256(request.scope, key)}`;
  const fingerprint = sha256(request.path, request.body);
  const holder = randomUUID();
  const lease = now + LEASE_SECONDS * 1000;
  const first = { fingerprint, seed: randomUUID(), created: now, lease, holder, done: false };
  const change = (set: Item) => async (): Promise<void> => {
    await table.update({ id, set });
  };
  const ways = { complete: change({ done: true }), abandon: change({ lease: 0 }) };
  const expires = Math.ceil(now / 1000) + IDEMPOTENCY_SECONDS;
  const mine = await table.update({
    id,
    set: { ...first, ttl: expires },
    when: "attribute_not_exists(id) OR #ttl < :seconds",
    values: { seconds: Math.floor(now / 1000) },
  });
  if (mine !== null) return { ...first, ...ways };
  const known = KeyItem.parse(await table.get(id));
  if (known.fingerprint !== fingerprint) throw new IdempotencyConflict();
  // Only the answer to the claim above was lost, and the SDK's second try refused.
  if (known.done || known.holder === holder) return { ...known, ...ways };
  if (known.lease > now) throw new IdempotencyBusy(Math.ceil((known.lease - now) / 1000));
  const taken = await table.update({
    id,
    set: { lease, holder },
    when: "#lease = :lease",
    values: { lease: known.lease },
  });
  const isMine = taken !== null || KeyItem.parse(await table.get(id)).holder === holder;
  if (!isMine) throw new IdempotencyBusy(LEASE_SECONDS);
  return { ...known, ...ways };
}

async function nothing(): Promise<void> {}

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\n");
  return hash.digest("hex");
}
