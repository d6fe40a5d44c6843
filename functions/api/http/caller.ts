import type { APIGatewayProxyEvent } from "aws-lambda";
import * as z from "zod";
import type { Auth } from "../../../src/core/http/auth.ts";
import { ANYONE, type Caller, RIGHTS, type Right } from "../../../src/core/record/caller.ts";
import { Problem } from "../../../src/core/http/problem.ts";
import { isOperator, roleOf } from "./operators.ts";

/**
 * Who makes a request, from what API Gateway says of it.
 * @throws Problem 403 where it says nothing, which a method without an authorizer would do.
 */
export function callerOf(event: APIGatewayProxyEvent, auth: Auth): Caller {
  switch (auth.kind) {
    case "none":
      return ANYONE;
    case "iam":
      return iamCaller(event.requestContext.identity.userArn, auth);
    case "jwt":
      return tokenCaller(event.requestContext.authorizer);
    case "apiKey":
      return keyCaller(event.requestContext.identity.apiKeyId, auth.keys);
  }
}

/** IAM has decided which methods the caller may use; whose tasks it sees is decided here. */
function iamCaller(arn: string | null, auth: Extract<Auth, { kind: "iam" }>): Caller {
  if (arn === null) throw unknownCaller();
  const rights: Right[] = ["submit", "read", "operate"];
  if (isOperator(arn, auth.operators)) rights.push("all");
  return { owner: { principal: auth.principal === "role" ? roleOf(arn) : arn, tenant: null }, rights: new Set(rights) };
}

/** What functions/api/authorize.ts puts into its context: values are strings there. */
const TokenContext = z.looseObject({
  principalId: z.string().min(1),
  rights: z.string(),
  tenant: z.string().optional(),
});

function tokenCaller(context: unknown): Caller {
  const parsed = TokenContext.safeParse(context);
  if (!parsed.success) throw unknownCaller();
  const { principalId, rights, tenant } = parsed.data;
  const given = new Set(rights.split(" "));
  return {
    owner: { principal: principalId, tenant: tenant === undefined || tenant === "" ? null : tenant },
    rights: new Set(RIGHTS.filter((right) => given.has(right))),
  };
}

function keyCaller(id: string | null, keys: Extract<Auth, { kind: "apiKey" }>["keys"]): Caller {
  const key = id === null || !Object.hasOwn(keys, id) ? undefined : keys[id];
  if (key === undefined) throw unknownCaller();
  return { owner: { principal: key.name, tenant: null }, rights: new Set(key.rights) };
}

function unknownCaller(): Problem {
  return new Problem(403, "unknown_caller", "The request does not say who makes it.");
}

/** @throws Problem 403 where the caller lacks a right. */
export function demandRight(caller: Caller, right: Right): void {
  if (caller.rights.has(right)) return;
  throw new Problem(403, "forbidden", `This route needs the right "${right}", which the caller does not have.`);
}
