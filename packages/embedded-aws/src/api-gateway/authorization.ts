import type { IncomingMessage } from "node:http";
import type { ApiKeyDefinition, ApiMethod, InvokeFor, RestApiDefinition } from "./definition.ts";
import { type Incoming, valueOf } from "./incoming.ts";
import { type Refusal, refusals } from "./gateway-responses.ts";
import { type AskTokenAuthorizer, createTokenAuthorizers } from "./token-authorizer.ts";

/** Who a request is from, as far as its method asks. */
export interface Identity {
  /** The access key that signed it. */
  readonly accessKey: string | null;
  /** The API key that it bears. */
  readonly apiKey: ApiKeyDefinition | null;
  /** What an authorizer said of it. */
  readonly authorizer: Readonly<Record<string, unknown>> | null;
}

export type Authorization =
  | { readonly allowed: true; readonly identity: Identity }
  | { readonly allowed: false; readonly refusal: Refusal };

/** A request that says nothing of who makes it. */
export const NOBODY: Identity = { accessKey: null, apiKey: null, authorizer: null };

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Decides whether a method may be called: by its authorization first, then by the API key that it may ask for besides.
 */
export type Authorize = (
  method: ApiMethod,
  req: IncomingMessage,
  incoming: Incoming,
  arn: string,
) => Promise<Authorization>;

/** The authorization of one API. `invoke` calls authorizers; `now` (ms) is what their answers age by. */
export function createAuthorize(api: RestApiDefinition, invoke: InvokeFor, now: () => number): Authorize {
  const ask = createTokenAuthorizers(api.id, invoke, now);
  return async (method, req, incoming, arn) => {
    const decided = await decide(method, req, incoming, arn, ask);
    if (!decided.allowed || !method.apiKeyRequired) return decided;
    const value = valueOf(incoming.headers, "x-api-key");
    const apiKey = api.apiKeys.find((key) => key.value === value);
    if (apiKey === undefined) return { allowed: false, refusal: refusals.invalidApiKey };
    return { allowed: true, identity: { ...decided.identity, apiKey } };
  };
}

async function decide(
  method: ApiMethod,
  req: IncomingMessage,
  incoming: Incoming,
  arn: string,
  ask: AskTokenAuthorizer,
): Promise<Authorization> {
  if (method.authorizer !== null) return ask(method.authorizer, incoming, arn);
  return method.authorization === "NONE" ? { allowed: true, identity: NOBODY } : signed(req, incoming);
}

/**
 * AWS_IAM asks for a Signature Version 4 in the `Authorization` header or the query and for its parts to be there; the
 * signature itself is not recomputed.
 */
function signed(req: IncomingMessage, incoming: Incoming): Authorization {
  const header = req.headers.authorization;
  if (header !== undefined) return fromHeader(header);
  const algorithm = valueOf(incoming.query, "X-Amz-Algorithm");
  const signature = valueOf(incoming.query, "X-Amz-Signature");
  if (algorithm === undefined && signature === undefined) {
    return { allowed: false, refusal: refusals.missingAuthenticationToken };
  }
  const missing = ["X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Signature"].filter(
    (name) => valueOf(incoming.query, name) === undefined,
  );
  if (algorithm !== ALGORITHM || missing.length > 0) {
    return incomplete(`AWS query-string parameters must include ${["X-Amz-Algorithm", ...missing].join(", ")}.`);
  }
  return signedBy(valueOf(incoming.query, "X-Amz-Credential"));
}

function fromHeader(header: string): Authorization {
  const space = header.indexOf(" ");
  const rest = header.slice(space + 1);
  if (space === -1 || header.slice(0, space) !== ALGORITHM)
    return incomplete(`Authorization header requires the algorithm ${ALGORITHM}.`);
  const parts = new Map(
    rest.split(",").map((part): [string, string] => {
      const [name = "", value = ""] = part.trim().split("=", 2);
      return [name, value];
    }),
  );
  const missing = ["Credential", "SignedHeaders", "Signature"].filter((name) => (parts.get(name) ?? "") === "");
  if (missing.length > 0) {
    return incomplete(missing.map((name) => `Authorization header requires '${name}' parameter.`).join(" "));
  }
  return signedBy(parts.get("Credential"));
}

function signedBy(credential: string | undefined): Authorization {
  const accessKey = credential?.split("/", 1)[0] ?? "";
  return accessKey === ""
    ? incomplete("Credential must name an access key.")
    : { allowed: true, identity: { ...NOBODY, accessKey } };
}

function incomplete(message: string): Authorization {
  const refusal: Refusal = {
    type: "INVALID_SIGNATURE",
    status: 403,
    message,
    errorType: "IncompleteSignatureException",
  };
  return { allowed: false, refusal };
}
