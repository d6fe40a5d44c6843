import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import { type JWTPayload, createRemoteJWKSet, errors, jwtVerify } from "jose";
import * as z from "zod";
import { ENV } from "../../src/aws/env.ts";
import { type TokenRules, TokenRulesSchema } from "../../src/core/http/auth.ts";
import { RIGHTS } from "../../src/core/record/caller.ts";
import { logLine } from "../../src/log.ts";

const rules = TokenRulesSchema.parse(JSON.parse(process.env[ENV.tokenRules] ?? ""));
/** Kept, with the keys that it has fetched, for as long as the environment lives. */
let keys: ReturnType<typeof createRemoteJWKSet> | null = null;

/** Seconds that the clocks of issuer and Lambda may differ. */
const CLOCK_SKEW = 30;
/** What API Gateway answers 401 to; any other error of an authorizer is a 500. */
const UNAUTHORIZED = "Unauthorized";

/**
 * API Gateway's authorizer of stages with `auth: { jwt }`: verifies the token, and tells the functions who calls and
 * what it may do. The answer is kept for its time by the gateway, so it allows every method, and the functions look at
 * the rights.
 */
export async function handler(event: APIGatewayTokenAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(event.authorizationToken)?.[1];
  if (token === undefined) throw new Error(UNAUTHORIZED);
  const claims = await verified(token);
  return {
    principalId: claims.sub,
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "execute-api:Invoke", Resource: everyMethod(event.methodArn) }],
    },
    context: { rights: rightsOf(claims), tenant: tenantOf(claims, rules) },
  };
}

const Claims = z.looseObject({ sub: z.string().min(1).max(256) });
type Claims = z.output<typeof Claims>;

async function verified(token: string): Promise<Claims> {
  try {
    // Symmetric algorithms and `none` are no public keys of an issuer's.
    const algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
    const { payload } = await jwtVerify(token, await issuersKeys(), {
      issuer: rules.issuer,
      algorithms,
      clockTolerance: CLOCK_SKEW,
      requiredClaims: ["exp", "sub"],
    });
    if (!isForUs(payload))
      throw new errors.JWTClaimValidationFailed("another audience", payload, "aud", "check_failed");
    return Claims.parse(payload);
  } catch (error) {
    if (!(error instanceof errors.JOSEError || error instanceof z.ZodError) || isIssuersFault(error)) throw error;
    // Which check failed, never the token.
    logLine("INFO", "a token was refused", {}, { reason: error instanceof errors.JOSEError ? error.code : "claims" });
    throw new Error(UNAUTHORIZED, { cause: error });
  }
}

/**
 * Whether the issuer's keys could not be had: its server is down or answers nonsense. That says nothing of the token,
 * and the gateway answers 503 for what is thrown here.
 */
function isIssuersFault(error: unknown): boolean {
  // Jose throws its base class for a key set that is answered with another status than 200, or is no JSON.
  const isGeneric = error instanceof errors.JOSEError && error.code === errors.JOSEError.code;
  return isGeneric || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
}

/** Access tokens of Cognito name their client in `client_id` and have no `aud`. */
function isForUs({ aud, client_id: client }: JWTPayload): boolean {
  const named = aud ?? client;
  return [named].flat().some((name) => typeof name === "string" && rules.audience.includes(name));
}

const Discovery = z.looseObject({ issuer: z.string(), jwks_uri: z.url() });

async function issuersKeys(): Promise<ReturnType<typeof createRemoteJWKSet>> {
  if (keys !== null) return keys;
  const uri = rules.jwksUri ?? (await discover());
  keys = createRemoteJWKSet(new URL(uri));
  return keys;
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(): Promise<string> {
  const response = await fetch(`${rules.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(3_000),
  });
  if (!response.ok) throw new Error(`the issuer's discovery document was answered with ${response.status}`);
  const { issuer, jwks_uri: uri } = await discovered(response);
  // Section 4.3: another's document must not say whose keys are trusted.
  if (issuer !== rules.issuer)
    throw new Error(`the discovery document is of the issuer ${issuer}, not ${rules.issuer}`);
  return uri;
}

/** @throws Error for what is no such document: no fault of the token's. */
async function discovered(response: Response): Promise<z.output<typeof Discovery>> {
  const document = Discovery.safeParse(await response.json());
  if (!document.success) throw new Error("the issuer's discovery document names no issuer and jwks_uri");
  return document.data;
}

const Scopes = z.union([z.array(z.string()), z.string().transform((text) => text.split(" "))]).catch([]);

/** `scope` is the standard's (RFC 8693, a text), `scp` Entra's and Okta's, `permissions` Auth0's. */
function rightsOf(claims: Claims): string {
  const scopes = new Set(
    [claims["scope"], claims["scp"], claims["permissions"]].flatMap((claim) => Scopes.parse(claim)),
  );
  return RIGHTS.filter((right) => scopes.has(rules.scopes[right])).join(" ");
}

function tenantOf(claims: Claims, { tenantClaim }: TokenRules): string {
  if (tenantClaim === null) return "";
  const tenant = z.string().min(1).max(256).safeParse(claims[tenantClaim]);
  // A stage of tenants has no callers without: one would see nothing of its own tenant, and look like a principal.
  if (!tenant.success) throw new Error(UNAUTHORIZED);
  return tenant.data;
}

/** `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/GET/tasks` -> all methods of the stage. */
function everyMethod(methodArn: string): string {
  return `${methodArn.split("/").slice(0, 2).join("/")}/*`;
}
