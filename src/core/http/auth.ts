import * as z from "zod";
import { RIGHTS } from "../record/caller.ts";

/**
 * How the API's functions know who calls, as the stacks tell them. What the gateway itself checks is not told: it has
 * been checked.
 */
export const AuthSchema = z.discriminatedUnion("kind", [
  /** Everyone may do all: the local run. */
  z.object({ kind: z.literal("none") }),
  z.object({
    kind: z.literal("iam"),
    /** Whose tasks they are: a role's, whoever has assumed it, or of each of its sessions. */
    principal: z.enum(["role", "session"]),
    /** ARNs (`*` stands for any characters but `/`) of callers that see everybody's tasks. */
    operators: z.array(z.string()),
  }),
  /** The authorizer has read the token, and says what it found in its context. */
  z.object({ kind: z.literal("jwt") }),
  z.object({
    kind: z.literal("apiKey"),
    /** By the id that API Gateway gave the key. */
    keys: z.record(z.string(), z.object({ name: z.string(), rights: z.array(z.enum(RIGHTS)) })),
  }),
]);

export type Auth = z.output<typeof AuthSchema>;

/** What the authorizer of tokens is told. */
export const TokenRulesSchema = z.object({
  /** The `iss` that a token must have. */
  issuer: z.string(),
  /** The `aud` (or, of Cognito's access tokens, `client_id`) that it must have: one of these. */
  audience: z.array(z.string()),
  /** Where the issuer's public keys are; null: where its discovery document says. */
  jwksUri: z.string().nullable(),
  /** The scope that gives each right. */
  scopes: z.object({ submit: z.string(), read: z.string(), operate: z.string(), all: z.string() }),
  /** The claim that names the caller's tenant; null: tokens have no tenants. */
  tenantClaim: z.string().nullable(),
});

export type TokenRules = z.output<typeof TokenRulesSchema>;
