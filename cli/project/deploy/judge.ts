import type { Needs } from "./needs.ts";

/** What is known of an account in one region; null for what could not be read. */
export interface Account {
  readonly region: string;
  /** Invocations that it runs at once, and those that nothing has reserved. */
  readonly concurrency: { readonly limit: number; readonly unreserved: number } | null;
  /** What the stage's functions have reserved by now: they give it back before they take it again. */
  readonly reservedByStage: number;
  /** The version of the CDK's bootstrap stack; 0 where there is none. */
  readonly bootstrap: number | null;
  /** The role by which API Gateway writes logs; "" where the account has none. */
  readonly logRole: string | null;
  /** Whether API Gateway's service-linked role is there. */
  readonly gatewayRole: boolean | null;
  /** Whether SES sends to everybody (else it is in its sandbox), and whether it sends from the stage's address. */
  readonly ses: { readonly production: boolean; readonly verified: boolean } | null;
  /** Stacks of the stage that are there and well. */
  readonly stacks: ReadonlySet<string> | null;
}

/** What came of the look at an account. */
export interface Findings {
  /** Why CloudFormation would fail: nothing is deployed. */
  readonly errors: readonly string[];
  /** What is deployed, and will not do what is wanted of it. */
  readonly warnings: readonly string[];
  /** What could not be read. */
  readonly unknown: readonly string[];
}

/** Executions that no account may reserve; where it has fewer in all, it may reserve none (Lambda quotas). */
const MUST_STAY = 100;
/** The version that the templates of aws-cdk-lib 2 ask for. */
const BOOTSTRAP = 6;
/** Executions below which running tasks soon leave none for the API. */
const COMFORTABLE = 100;

/** Holds what a stage needs against what an account has. */
export function judge(needs: Needs, account: Account): Findings {
  const errors: string[] = [];
  const warnings: string[] = [];
  const unknown: string[] = [];
  const { region, concurrency, bootstrap, logRole, gatewayRole, ses } = account;

  if (bootstrap === null) unknown.push("the version of the CDK's bootstrap stack");
  else if (bootstrap < BOOTSTRAP) {
    const found = bootstrap === 0 ? "is not there" : `has version ${bootstrap}, and ${BOOTSTRAP} is needed`;
    errors.push(`The CDK's bootstrap stack ${found} in ${region}. Run once: npx cdk bootstrap.`);
  }

  if (concurrency === null) unknown.push("the account's concurrency");
  else judgeConcurrency(needs, account, concurrency, { errors, warnings });

  if (needs.accessLog && logRole === null) unknown.push("the role by which API Gateway writes logs");
  if (needs.accessLog && !needs.setsLogRole && logRole === "")
    errors.push(
      `The account has no role for API Gateway's logs in ${region}, and the stage sets none. Take "gatewayLogRole": false out of cdk.json.`,
    );
  if (needs.setsLogRole && logRole !== null && logRole !== "" && !logRole.includes("celeriac"))
    warnings.push(
      `API Gateway's logs of the whole account in ${region} are written by ${logRole}, which the stage replaces. "gatewayLogRole": false in cdk.json leaves it.`,
    );

  if (needs.customDomain && gatewayRole === null) unknown.push("API Gateway's service-linked role");
  if (needs.customDomain && gatewayRole === false)
    warnings.push(
      "API Gateway's service-linked role is not there: the deployer needs iam:CreateServiceLinkedRole, or run once: aws iam create-service-linked-role --aws-service-name ops.apigateway.amazonaws.com.",
    );

  if (needs.sender !== null) {
    if (ses === null) unknown.push("what SES sends");
    else if (!ses.verified)
      warnings.push(`SES does not send from ${needs.sender} in ${region}: verify the address, or its domain.`);
    if (ses?.production === false)
      warnings.push(
        `SES is in its sandbox in ${region}: 200 mails a day, to verified addresses. ${consoleOf(region, "ses/home#/account")}`,
      );
  }
  return { errors, warnings, unknown };
}

function judgeConcurrency(
  needs: Needs,
  { region, reservedByStage }: Account,
  { limit, unreserved }: NonNullable<Account["concurrency"]>,
  { errors, warnings }: { readonly errors: string[]; readonly warnings: string[] },
): void {
  const wanted = [...needs.reserved.values()].reduce((sum, each) => sum + each, 0);
  const mustStay = Math.min(MUST_STAY, limit);
  const left = unreserved + reservedByStage - wanted;
  const quota = consoleOf(region, "servicequotas/home/services/lambda/quotas/L-B99A9384");
  if (wanted > 0 && left < mustStay) {
    const names = [...needs.reserved].map(([name, each]) => `${name} ${each}`).join(", ");
    errors.push(
      `The stage reserves ${wanted} concurrent executions (${names}), of which ${region} has ${unreserved + reservedByStage} free of ${limit}, and ${mustStay} must stay free. Lower apiConcurrency, waitConcurrency or reservedConcurrency, or ask for more: ${quota}`,
    );
    return;
  }
  if (needs.mapped > left)
    warnings.push(
      `Queues may run ${needs.mapped} tasks at once, and the account has ${left} executions for them and the API. What is above waits; nothing is lost. Lower maxConcurrency, or ask for more: ${quota}`,
    );
  if (limit < COMFORTABLE)
    warnings.push(`The account runs ${limit} Lambdas at once in ${region}, tasks and requests together.`);
}

function consoleOf(region: string, path: string): string {
  return `https://${region}.console.aws.amazon.com/${path}`;
}
