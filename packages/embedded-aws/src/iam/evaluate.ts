import type { Condition, Statement } from "./policy.ts";

/** What a caller wants to do, in the terms of policies. */
export interface Call {
  /** `sqs:SendMessage` */
  readonly action: string;
  /** An ARN, or `*` where AWS has no resources for the action. */
  readonly resource: string;
  /** Condition keys of the request, in lower case, with their values; a key that it lacks is left out. */
  readonly context?: Readonly<Record<string, string>>;
}

/** The pair of a statement that allows a call: the action and the resource as the policy has them. */
export interface Grant {
  readonly statement: Statement;
  readonly action: string;
  readonly resource: string;
}

/** What came of a call: who allows it, or whether anybody forbids it. */
export type Decision =
  | { readonly kind: "allowed"; readonly grant: Grant }
  | { readonly kind: "denied"; readonly statement: Statement }
  | { readonly kind: "not allowed" };

/** What every local request has: HTTP on this machine stands for the TLS that policies ask for. */
const COMMON: Readonly<Record<string, string>> = { "aws:securetransport": "true" };

/**
 * Decides as IAM does within one account: a statement that denies wins, else one that allows, else it is denied.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decide(statements: readonly Statement[], call: Call): Decision {
  let grant: Grant | null = null;
  for (const statement of statements) {
    if (statement.effect === "Allow" && grant !== null) continue;
    const fit = fitOf(statement, call);
    if (fit === null) continue;
    if (statement.effect === "Deny") return { kind: "denied", statement };
    grant = fit;
  }
  return grant === null ? { kind: "not allowed" } : { kind: "allowed", grant };
}

/** How a statement speaks of a call; null if it does not. */
function fitOf(statement: Statement, call: Call): Grant | null {
  const action = statement.actions.find(({ fits }) => fits(call.action));
  if ((action === undefined) !== statement.exceptActions) return null;
  const resource = statement.resources.find(({ fits }) => fits(call.resource));
  if ((resource === undefined) !== statement.exceptResources) return null;
  if (!statement.conditions.every((condition) => holds(condition, { ...COMMON, ...call.context }))) return null;
  return { statement, action: action?.text ?? call.action, resource: resource?.text ?? call.resource };
}

/** A key that the request lacks fails every operator but the negated one, and those that speak of all of its values. */
function holds({ operator, key, values }: Condition, context: Readonly<Record<string, string>>): boolean {
  const value = context[key];
  const found = value !== undefined && values.some(({ fits }) => fits(value));
  if (operator.startsWith("ForAllValues:")) return found || value === undefined;
  return operator === "StringNotEquals" ? !found : found;
}
