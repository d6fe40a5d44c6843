import * as z from "zod";

/**
 * What a caller may be allowed: each right has a function of its own (submit, read, operate), `all` lifts the
 * confinement to what is its own.
 */
export const RIGHTS = ["submit", "read", "operate", "all"] as const;

export type Right = (typeof RIGHTS)[number];

/** Whose a task or a canvas is. */
export const OwnerSchema = z.object({
  /** Who submitted it: an IAM role or user, a token's `sub`, an API key's name. */
  principal: z.string(),
  /** The tenant that the caller's token spoke of; null where it did of none. */
  tenant: z.string().nullable(),
  /** Whether it had the right `all` when it submitted: what it starts may read what is others'. */
  all: z.boolean().optional(),
});

export type Owner = z.output<typeof OwnerSchema>;

/** Who makes a request, and what it may do. */
export interface Caller {
  /** Null where the stage asks nobody who they are. */
  readonly owner: Owner | null;
  readonly rights: ReadonlySet<Right>;
}

/** The caller of a stage that asks nobody: it may do all. */
export const ANYONE: Caller = { owner: null, rights: new Set(RIGHTS) };

/**
 * Whether a caller may see, revoke or retry what belongs to `owner`: its tenant's tasks where it has a tenant, else its
 * own. What belongs to nobody (a schedule's, or from before the stage asked) is for those with the right `all`.
 */
export function mayAccess(caller: Caller, owner: Owner | null): boolean {
  if (caller.rights.has("all")) return true;
  if (caller.owner === null || owner === null || caller.owner.tenant !== owner.tenant) return false;
  return owner.tenant !== null || owner.principal === caller.owner.principal;
}

/** The owner of what a caller submits, which knows what the caller may read. */
export function submitterOf({ owner, rights }: Caller): Owner | null {
  return owner === null || !rights.has("all") ? owner : { ...owner, all: true };
}

/**
 * Whether what an owner submits may read whatever is stored; so may what nobody submitted, which the stage itself runs.
 */
export function readsAll(owner: Owner | null): boolean {
  return owner === null || owner.all === true;
}

/** What idempotency keys are told apart by: callers that see the same tasks share them. */
export function scopeOf({ owner }: Pick<Caller, "owner">): string {
  if (owner === null) return "";
  return owner.tenant === null ? `principal ${owner.principal}` : `tenant ${owner.tenant}`;
}
