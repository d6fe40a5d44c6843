import type { Log } from "../log.ts";
import { ACCOUNT, REGION } from "../resource.ts";
import type { DeployedResource } from "../resource.ts";
import { decide } from "./evaluate.ts";
import type { Call, Decision, Grant } from "./evaluate.ts";
import type { Statement } from "./policy.ts";
import { readPermissions } from "./template.ts";
import type { Permissions, Role } from "./template.ts";

/** Who calls. The owner of the run is none of these: it may do everything. */
export type Caller =
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "machine"; readonly arn: string }
  | { readonly kind: "schedule"; readonly arn: string; readonly roleArn: string }
  /** A service in its own name, because of a resource: it has no role, so that only the target's policy counts. */
  | { readonly kind: "service"; readonly name: string; readonly sourceArn: string };

/** A call that was not allowed, in AWS's words. */
export class AccessDenied extends Error {
  override readonly name = "AccessDenied";
}

/** Roles and policies of what is deployed, and what they allow. */
export interface Iam {
  /**
   * Takes over the roles and policies of an assembly. Throws in one line, with nothing changed, for what is malformed
   * or not served, a role that its service may not take on, and a mapping whose function may not read its queue.
   */
  readonly deploy: (resources: readonly DeployedResource[]) => void;
  /** Why a caller may not do one of the calls; null if it may do all. What is denied is logged, with what to add. */
  readonly check: (caller: Caller, calls: readonly Call[]) => AccessDenied | null;
  /** The ARN that a function's calls are made under. */
  readonly sessionOf: (functionName: string) => string;
  /** What the roles of functions, state machines and schedules allow, as their policies have it. */
  readonly permissions: () => readonly Permission[];
}

/** One action on one resource of a statement that allows it. */
export interface Permission {
  /** The role's name. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  /** Whether a call has needed it since the last deployment. */
  readonly used: boolean;
}

/** The name and rights that a call is decided by. */
interface Identity {
  readonly arn: string;
  readonly role: Role | null;
  /** By which policies of resources may name it. */
  readonly principals: readonly string[];
  readonly context: Readonly<Record<string, string>>;
}

const SERVICES = {
  function: "lambda.amazonaws.com",
  machine: "states.amazonaws.com",
  schedule: "scheduler.amazonaws.com",
};

/** Denials that are logged; what is denied again and again is logged once. */
const MAX_LOGGED = 1000;

/** Decisions that are kept; more than that are the keys of many objects, and are forgotten together. */
const MAX_DECISIONS = 10_000;

/** No permissions yet. */
export function createIam(log: Log): Iam {
  let permissions: Permissions = { roles: new Map(), roleOf: new Map(), resourcePolicies: new Map() };
  let used = new Map<Statement, Set<string>>();
  let logged = new Set<string>();
  // What was allowed since the last deployment, by who, action and resource. Its use is marked in `used` already.
  let allowed = new Set<string>();

  /** Null for a caller without a role in the templates: what it may do is not known here. */
  function identityOf(caller: Caller): Identity | null {
    if (caller.kind === "service") {
      const context = { "aws:sourcearn": caller.sourceArn, "aws:sourceaccount": ACCOUNT };
      return { arn: caller.name, role: null, principals: [`Service:${caller.name}`], context };
    }
    const id = caller.kind === "function" ? caller.name : caller.arn;
    const roleArn = caller.kind === "schedule" ? caller.roleArn : permissions.roleOf.get(id);
    const role = roleArn === undefined ? undefined : permissions.roles.get(roleArn);
    if (role === undefined) return null;
    const arn = sessionArn(role.name, id.slice(id.lastIndexOf(":") + 1).replace(/^.*\//, ""));
    return { arn, role, principals: ["AWS:*", `AWS:${role.arn}`, `AWS:${arn}`], context: {} };
  }

  function decideFor({ role, principals, context }: Identity, call: Call): Decision {
    const policy = permissions.resourcePolicies.get(ownerOf(call.resource)) ?? [];
    const addressed = policy.filter((statement) => statement.principals?.some((one) => principals.includes(one)));
    const statements = [...(role?.statements ?? []), ...addressed];
    return decide(statements, { ...call, context: { ...context, ...call.context } });
  }

  function check(caller: Caller, calls: readonly Call[]): AccessDenied | null {
    if (calls.every((call) => allowed.has(keyOf(caller, call) ?? ""))) return null;
    const identity = identityOf(caller);
    if (identity === null) return null;
    if (
      caller.kind === "schedule" &&
      identity.role !== null &&
      !trusts(identity.role, SERVICES.schedule, groupOf(caller.arn))
    )
      return new AccessDenied(
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
      );
    for (const call of calls) {
      const key = keyOf(caller, call);
      if (key !== null && allowed.has(key)) continue;
      const decision = decideFor(identity, call);
      if (decision.kind !== "allowed") return deny(identity, call, decision.kind === "denied");
      markUsed(decision.grant);
      if (key === null) continue;
      if (allowed.size >= MAX_DECISIONS) allowed.clear();
      allowed.add(key);
    }
    return null;
  }

  function markUsed({ statement, action, resource }: Grant): void {
    const pairs = used.get(statement);
    if (pairs) pairs.add(pairOf(action, resource));
    else used.set(statement, new Set([pairOf(action, resource)]));
  }

  function deny({ arn, role }: Identity, { action, resource }: Call, explicitly: boolean): AccessDenied {
    const kind = role === null ? "resource-based" : "identity-based";
    const reason = explicitly
      ? "with an explicit deny in a policy"
      : `because no ${kind} policy allows the ${action} action`;
    const message = `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
    if (!logged.has(message) && logged.size < MAX_LOGGED) {
      logged.add(message);
      log.line("ERROR", "iam", `${message}. ${explicitly ? "" : adviceOf(role, arn, action, resource)}`.trim());
    }
    return new AccessDenied(message);
  }

  function deploy(resources: readonly DeployedResource[]): void {
    const before = { permissions, used, logged, allowed };
    permissions = readPermissions(resources);
    used = new Map();
    logged = new Set();
    allowed = new Set();
    try {
      for (const resource of resources) checkResource(resource);
    } catch (error) {
      ({ permissions, used, logged, allowed } = before);
      throw error;
    }
  }

  /** What AWS checks, or does in a function's name, as soon as a resource is there. */
  function checkResource({ stack, type, logicalId, physicalId, arn, properties }: DeployedResource): void {
    const where = `${type} ${logicalId} of stack ${stack}`;
    if (type === "AWS::Lambda::Function") {
      mustTrust(where, physicalId, SERVICES.function);
      const group = logGroupOf(physicalId, properties["LoggingConfig"]);
      // Lambda runs a function that may not write its log, without a word.
      check({ kind: "function", name: physicalId }, [
        { action: "logs:CreateLogStream", resource: group },
        { action: "logs:PutLogEvents", resource: group },
      ]);
    }
    if (type === "AWS::StepFunctions::StateMachine") mustTrust(where, arn, SERVICES.machine);
    if (type !== "AWS::Lambda::EventSourceMapping") return;
    // "Execution role permissions" of https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    const resource = String(properties["EventSourceArn"]);
    const id = String(properties["FunctionName"]);
    const name = id.slice(id.lastIndexOf(":") + 1);
    for (const operation of ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]) {
      const denied = check({ kind: "function", name }, [{ action: `sqs:${operation}`, resource }]);
      if (denied === null) continue;
      const refusal = `The function execution role does not have permissions to call ${operation} on SQS`;
      throw new Error(`${where}: ${refusal}. ${denied.message}.`, { cause: denied });
    }
  }

  function mustTrust(where: string, id: string, service: string): void {
    const role = permissions.roles.get(permissions.roleOf.get(id) ?? "");
    if (role !== undefined && !trusts(role, service))
      throw new Error(
        `${where}: the role ${role.name} cannot be assumed by ${service}; its AssumeRolePolicyDocument must name it.`,
      );
  }

  return {
    deploy,
    check,
    sessionOf: (name) => identityOf({ kind: "function", name })?.arn ?? sessionArn(name, name),
    permissions: () =>
      [...permissions.roles.values()]
        .filter((role) => Object.values(SERVICES).some((service) => trusts(role, service)))
        .flatMap((role) => role.statements.flatMap((statement) => permissionsOf(role, statement, used.get(statement)))),
  };
}

/**
 * What a decision depends on; null where it depends on more than can be told twice: what a request is about, or a
 * schedule's own role.
 */
function keyOf(caller: Caller, call: Call): string | null {
  if (call.context !== undefined || caller.kind === "schedule") return null;
  const who = caller.kind === "machine" ? caller.arn : caller.name;
  const source = caller.kind === "service" ? caller.sourceArn : "";
  return `${caller.kind} ${who} ${source} ${call.action} ${call.resource}`;
}

function permissionsOf({ name: role }: Role, statement: Statement, used?: ReadonlySet<string>): Permission[] {
  if (statement.effect === "Deny") return [];
  return statement.actions.flatMap(({ text: action }) =>
    statement.resources.map(({ text: resource }) => ({
      role,
      action,
      resource,
      used: used?.has(pairOf(action, resource)) === true,
    })),
  );
}

function pairOf(action: string, resource: string): string {
  return `${action} on ${resource}`;
}

/** @param sourceArn what the service takes the role on for; without one, only the role's naming the service counts */
function trusts({ trust }: Role, service: string, sourceArn?: string): boolean {
  const addressed = trust.filter(({ principals }) => principals?.includes(`Service:${service}`));
  if (sourceArn === undefined) return addressed.length > 0;
  const context = { "aws:sourceaccount": ACCOUNT, "aws:sourcearn": sourceArn };
  return decide(addressed, { action: "sts:AssumeRole", resource: "*", context }).kind === "allowed";
}

/**
 * The group of a schedule, which is what Scheduler names as the source (Scheduler User Guide, "Confused deputy
 * prevention").
 */
function groupOf(scheduleArn: string): string {
  return scheduleArn.replace(":schedule/", ":schedule-group/").replace(/\/[^/]*$/, "");
}

function adviceOf(role: Role | null, arn: string, action: string, resource: string): string {
  const statement = `{ actions: ["${action}"], resources: ["${resource}"] }`;
  return role === null
    ? `Add to the policy of ${resource}: { principals: ["${arn}"], actions: ["${action}"] }, for this source.`
    : `Missing statement of ${role.name} (lib/constructs/permissions.ts): ${statement}`;
}

/** Whose policy speaks of a resource: an object's is its bucket's. */
function ownerOf(resource: string): string {
  return resource.startsWith("arn:aws:s3:::") ? resource.replace(/\/.*$/s, "") : resource;
}

function sessionArn(role: string, session: string): string {
  return `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`;
}

/** A log stream of the group that a function writes to, as policies see it. */
function logGroupOf(functionName: string, config: unknown): string {
  const named = typeof config === "object" && config !== null && "LogGroup" in config ? config.LogGroup : undefined;
  const group = typeof named === "string" ? named : `/aws/lambda/${functionName}`;
  return `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${group}:log-stream:2026/01/01/[$LATEST]0`;
}
