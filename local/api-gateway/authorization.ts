import type { IncomingMessage } from "node:http";
import type { ApiMethod } from "./definition.ts";
import { type Incoming, valueOf } from "./incoming.ts";
import { type Refusal, refusals } from "./gateway-responses.ts";

/** Who a request is from: the access key that signed it, null where the method asks for nobody. */
export type Authorization =
  | { readonly allowed: true; readonly accessKey: string | null }
  | { readonly allowed: false; readonly refusal: Refusal };

const ALGORITHM = "AWS4-HMAC-SHA256";

/**
 * Decides whether a method may be called. AWS_IAM asks for a Signature Version 4 in the `Authorization` header or the
 * query and for its parts to be there; the signature itself isn't recomputed.
 */
export function authorize(method: ApiMethod, req: IncomingMessage, incoming: Incoming): Authorization {
  if (method.authorization === "NONE") return { allowed: true, accessKey: null };
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
  return accessKey === "" ? incomplete("Credential must name an access key.") : { allowed: true, accessKey };
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
