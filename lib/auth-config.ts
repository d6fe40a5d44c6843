import * as z from "zod";
import { RIGHTS } from "../src/core/record/caller.ts";

/**
 * Requests are signed with SigV4, by any principal that an IAM policy lets. The stage makes one managed policy for each
 * right.
 */
const Iam = z.strictObject({
  /**
   * Whose tasks they are: of a role, whoever has assumed it, or of each of its sessions (people who share a role by
   * SSO).
   */
  principal: z.enum(["role", "session"]).default("role"),
  /** ARNs of roles or users that see everybody's tasks; `*` stands for any characters but `/`. */
  operators: z
    .array(z.string().regex(/^arn:|^\*$/, 'is no ARN: expected "arn:aws:iam::...", with * for any characters but /'))
    .default([]),
});

/**
 * Requests bear a token of an OpenID Connect issuer, which an authorizer Lambda verifies; API Gateway keeps its answer
 * for 5 minutes.
 */
const Jwt = z.strictObject({
  issuer: z.url(),
  audience: z.union([
    z
      .string()
      .min(1)
      .transform((one) => [one]),
    z.array(z.string().min(1)).min(1),
  ]),
  /** @default what the issuer's discovery document says */
  jwksUri: z.url().nullable().default(null),
  /** The scopes that give the rights. */
  scopes: z
    .strictObject({
      submit: z.string().min(1).default("celeriac:submit"),
      read: z.string().min(1).default("celeriac:read"),
      operate: z.string().min(1).default("celeriac:operate"),
      all: z.string().min(1).default("celeriac:all"),
    })
    .prefault({}),
  /** The claim that names a caller's tenant, whose callers then see each other's tasks, and no others. */
  tenantClaim: z.string().min(1).nullable().default(null),
});

/** Requests bear an `x-api-key`. Keys are made with the stage; their values are in API Gateway's console. */
const ApiKeys = z.strictObject({
  /** Name -> rights. */
  keys: z
    .record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), z.array(z.enum(RIGHTS)).min(1))
    .refine((keys) => Object.keys(keys).length > 0, "names no key, so nobody could call"),
  /** Requests a second of each key, how many at once, and how many a day (null: any number). */
  rate: z.number().min(1).max(10_000).default(100),
  burst: z.number().int().min(1).max(5_000).default(200),
  perDay: z.number().int().min(1).nullable().default(null),
});

const EXPECTED = 'expected "iam", {"iam": {...}}, {"jwt": {...}}, {"apiKeys": {...}}, or "none"';

/**
 * `auth` of a stage: `"iam"` (the default), `{"iam": {...}}`, `{"jwt": {...}}`, `{"apiKeys": {...}}`, or `"none"`
 * (everyone may do all; the local run alone).
 */
export const AuthConfigSchema = z
  .preprocess(
    (value) => (value === "iam" || value === "none" ? { [value]: {} } : value),
    z.strictObject(
      {
        none: z.strictObject({}).optional(),
        iam: Iam.optional(),
        jwt: Jwt.optional(),
        apiKeys: ApiKeys.optional(),
      },
      { error: (issue) => (issue.code === "invalid_type" ? EXPECTED : undefined) },
    ),
  )
  .refine((forms) => Object.keys(forms).length === 1, EXPECTED)
  .transform(({ iam, jwt, apiKeys }): Auth => {
    if (iam !== undefined) return { kind: "iam", ...iam };
    if (jwt !== undefined) return { kind: "jwt", ...jwt };
    if (apiKeys !== undefined) return { kind: "apiKey", ...apiKeys };
    return { kind: "none" };
  });

type Auth =
  | { readonly kind: "none" }
  | ({ readonly kind: "iam" } & z.output<typeof Iam>)
  | ({ readonly kind: "jwt" } & z.output<typeof Jwt>)
  | ({ readonly kind: "apiKey" } & z.output<typeof ApiKeys>);

export type AuthConfig = z.output<typeof AuthConfigSchema>;

/** Why a stage that is deployed may not have this, or null. */
export function authFault(auth: AuthConfig): string | null {
  if (auth.kind === "none") {
    return 'auth "none" would open the API to everyone; it is for "local" alone. Say "iam", or leave it out.';
  }
  if (auth.kind !== "jwt") return null;
  const open = [auth.issuer, auth.jwksUri ?? auth.issuer].find((url) => !url.startsWith("https://"));
  return open === undefined ? null : `auth.jwt: ${open} is not https: keys that came over it could be anybody's.`;
}
