import * as z from "zod";
import { signed } from "../../../src/client/sign.ts";
import { regionOf, userCredentials } from "../../../remote/stage.ts";
import type { Account } from "./judge.ts";
import type { Needs } from "./needs.ts";

/** Milliseconds for one question: a look at the account is not to hold up a deployment. */
const TIMEOUT = 10_000;

/** Asks one operation of AWS. @returns null where there is no such thing (404, or an error that says so). */
type Ask = (service: string, path: string, call?: Call) => Promise<unknown>;

interface Call {
  /** `X-Amz-Target`, of services that speak JSON. */
  readonly target?: string;
  /** The body: an object as JSON, a text as a form. */
  readonly body?: object | string;
}

/** The last parts of the hosts that are not named after their service. */
const HOSTS: Readonly<Record<string, string>> = { ses: "email" };
const MISSING = /NotFound|NoSuchEntity|does not exist/;

/** Questions to AWS in the user's name; AWS_ENDPOINT_URL leads them elsewhere, as it does the CDK's. */
export async function createAsk(region: string): Promise<Ask> {
  const credentials = await userCredentials()();
  return async (service, path, { target, body } = {}) => {
    const own = process.env["AWS_ENDPOINT_URL"];
    const host = service === "iam" ? "iam" : `${HOSTS[service] ?? service}.${region}`;
    const url = new URL((own ?? `https://${host}.amazonaws.com`) + path);
    const isForm = typeof body === "string";
    const sent = new TextEncoder().encode(isForm ? body : (JSON.stringify(body) ?? ""));
    const method = body === undefined ? "GET" : "POST";
    const headers = {
      ...(target !== undefined && { "x-amz-target": target, "content-type": "application/x-amz-json-1.1" }),
      ...(isForm && { "content-type": "application/x-www-form-urlencoded" }),
      accept: "application/json",
    };
    const scope = { credentials, region: service === "iam" ? "us-east-1" : region, service };
    const send = async (): Promise<Response> =>
      fetch(url, {
        method,
        headers: await signed({ method, url, headers, body: sent }, { ...scope, date: new Date() }),
        ...(body !== undefined && { body: sent }),
        signal: AbortSignal.timeout(TIMEOUT),
      });
    const first = await send();
    // Once more where AWS is busy, or at fault itself.
    const response = first.status === 429 || first.status >= 500 ? await send() : first;
    const text = await response.text();
    if (response.status === 404 || (!response.ok && MISSING.test(text))) return null;
    if (!response.ok) throw new Error(`${service} answered ${response.status}`);
    return text.startsWith("{") ? JSON.parse(text) : text;
  };
}

const Settings = z.object({
  AccountLimit: z.object({ ConcurrentExecutions: z.number(), UnreservedConcurrentExecutions: z.number() }),
});
const Reserved = z.object({ ReservedConcurrentExecutions: z.number().default(0) });
const Parameter = z.object({ Parameter: z.object({ Value: z.coerce.number() }) });
const Gateway = z.object({ cloudwatchRoleArn: z.string().nullish() });
const Mail = z.object({ ProductionAccessEnabled: z.boolean().default(false) });
const Identity = z.object({ VerifiedForSendingStatus: z.boolean().default(false) });

/** Looks at the account in the region that the user works in. What cannot be read is null. */
export async function lookAt(needs: Needs): Promise<Account> {
  const region = await regionOf();
  const ask = await createAsk(region);
  const known = async <T>(read: () => Promise<T>): Promise<T | null> => read().catch(() => null);
  const [concurrency, reservedByStage, bootstrap, logRole, gatewayRole, ses, stacks] = await Promise.all([
    known(async () => {
      const { AccountLimit } = Settings.parse(await ask("lambda", "/2016-08-19/account-settings/"));
      const { ConcurrentExecutions: limit, UnreservedConcurrentExecutions: unreserved } = AccountLimit;
      return { limit, unreserved };
    }),
    known(() => reservedBy(ask, [...needs.reserved.keys()])),
    known(async () => {
      const found = await ask("ssm", "/", {
        target: "AmazonSSM.GetParameter",
        body: { Name: "/cdk-bootstrap/hnb659fds/version" },
      });
      return found === null ? 0 : Parameter.parse(found).Parameter.Value;
    }),
    known(async () => Gateway.parse(await ask("apigateway", "/account")).cloudwatchRoleArn ?? ""),
    known(async () => {
      const body = "Action=GetRole&Version=2010-05-08&RoleName=AWSServiceRoleForAPIGateway";
      return (await ask("iam", "/", { body })) !== null;
    }),
    known(() => mailOf(ask, needs.sender)),
    known(() => stacksOf(ask, needs.stacks)),
  ]);
  return {
    region,
    concurrency,
    reservedByStage: reservedByStage ?? 0,
    bootstrap,
    logRole,
    gatewayRole,
    ses,
    stacks,
  };
}

async function reservedBy(ask: Ask, functions: readonly string[]): Promise<number> {
  const answers = await Promise.all(
    functions.map((name) => ask("lambda", `/2019-09-30/functions/${name}/concurrency`)),
  );
  return answers.reduce<number>((sum, answer) => sum + Reserved.parse(answer ?? {}).ReservedConcurrentExecutions, 0);
}

async function mailOf(ask: Ask, sender: string | null): Promise<Account["ses"]> {
  if (sender === null) return null;
  const account = Mail.parse(await ask("ses", "/v2/email/account"));
  const names = [sender, sender.slice(sender.indexOf("@") + 1)];
  const identities = await Promise.all(
    names.map((name) => ask("ses", `/v2/email/identities/${encodeURIComponent(name)}`)),
  );
  const verified = identities.some((found) => Identity.parse(found ?? {}).VerifiedForSendingStatus);
  return { production: account.ProductionAccessEnabled, verified };
}

/** A stack that failed when it was made is none: the CDK makes it anew. */
async function stacksOf(ask: Ask, names: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    names.map(async (name) => {
      const body = `Action=DescribeStacks&Version=2010-05-15&StackName=${name}`;
      const answer = await ask("cloudformation", "/", { body });
      return answer !== null && !/ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|REVIEW_IN/.test(stateOf(answer))
        ? [name]
        : [];
    }),
  );
  return new Set(found.flat());
}

/** The status, in XML or JSON: of an update that was rolled back the stack is there. */
function stateOf(answer: unknown): string {
  const text = typeof answer === "string" ? answer : JSON.stringify(answer);
  return (/StackStatus"?[>:]\s*"?([A-Z_]+)/.exec(text)?.[1] ?? "").replace(/^UPDATE_.*/, "");
}
