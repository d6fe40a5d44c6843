import * as z from "zod";
import { decide } from "../iam/evaluate.ts";
import { PolicySchema } from "../iam/policy.ts";
import { ACCOUNT, REGION } from "../resource.ts";
import type { Authorization } from "./authorization.ts";
import type { InvokeFor, TokenAuthorizer } from "./definition.ts";
import { refusals } from "./gateway-responses.ts";
import { type Incoming, valueOf } from "./incoming.ts";

/** Asks an authorizer about a request to the method `arn`. */
export type AskTokenAuthorizer = (
  authorizer: TokenAuthorizer,
  incoming: Incoming,
  arn: string,
) => Promise<Authorization>;

/** What an authorizer answers with (API Gateway, "Output from an API Gateway Lambda authorizer"). */
const AnswerSchema = z.looseObject({
  principalId: z.string(),
  policyDocument: PolicySchema,
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

type Answer = z.output<typeof AnswerSchema>;

const ErrorSchema = z.looseObject({ errorMessage: z.string() });

/** Authorizers with what they said, which holds for its token until its time is over. */
export function createTokenAuthorizers(apiId: string, invoke: InvokeFor, now: () => number): AskTokenAuthorizer {
  const known = new Map<string, { readonly answer: Answer; readonly until: number }>();
  return async (authorizer, incoming, arn) => {
    const token = valueOf(incoming.headers, authorizer.header);
    if (token === undefined || token === "" || authorizer.pattern?.test(token) === false) {
      return { allowed: false, refusal: refusals.unauthorized };
    }
    const key = JSON.stringify([authorizer.id, token]);
    const cached = known.get(key);
    const answer =
      cached !== undefined && cached.until > now()
        ? cached.answer
        : await askFunction(apiId, invoke, authorizer, { token, arn });
    if (answer === "unauthorized") return { allowed: false, refusal: refusals.unauthorized };
    if (answer === "failed") return { allowed: false, refusal: refusals.authorizerFailed };
    if (answer !== cached?.answer) known.set(key, { answer, until: now() + authorizer.ttl * 1000 });
    const call = { action: "execute-api:Invoke", resource: arn };
    if (decide(answer.policyDocument, call).kind !== "allowed") {
      return { allowed: false, refusal: refusals.accessDenied };
    }
    const said = { principalId: answer.principalId, ...mapValues(answer.context) };
    return { allowed: true, identity: { accessKey: null, apiKey: null, authorizer: said } };
  };
}

async function askFunction(
  apiId: string,
  invoke: InvokeFor,
  authorizer: TokenAuthorizer,
  { token, arn }: { readonly token: string; readonly arn: string },
): Promise<Answer | "unauthorized" | "failed"> {
  const source = `arn:aws:execute-api:${REGION}:${ACCOUNT}:${apiId}/authorizers/${authorizer.id}`;
  const event = { type: "TOKEN", methodArn: arn, authorizationToken: token };
  const result = await invoke(authorizer.functionArn, JSON.stringify(event), source).catch(() => null);
  if (result === null || result.throttled) return "failed";
  const payload: unknown = JSON.parse(result.payload);
  // A function that throws "Unauthorized", word for word, has refused the token; whatever else it throws is its
  // failure.
  if (result.functionError !== null) {
    return ErrorSchema.safeParse(payload).data?.errorMessage === "Unauthorized" ? "unauthorized" : "failed";
  }
  const answer = AnswerSchema.safeParse(payload);
  return answer.success ? answer.data : "failed";
}

/** Whatever the authorizer gave, functions get texts. */
function mapValues(context: Answer["context"]): Record<string, string> {
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));
}
