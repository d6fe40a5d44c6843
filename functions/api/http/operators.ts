const SESSION = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\/[^/]+$/;

/** A role, perhaps with its path, which may have wildcards as well. */
const ROLE_WITH_PATH = /^(arn:[^/]*:role\/)(?:.*\/)([^/]+)$/;

/**
 * The role of an assumed one, since the session of a container or a build is another each time; any other ARN as it is.
 * What a session says of its role has no path.
 */
export function roleOf(arn: string): string {
  return arn.replace(SESSION, "arn:$1:iam::$2:role/$3");
}

/**
 * Whether a caller is meant by one of the patterns of operators. `*` stands for any characters but `/`, and alone for
 * everybody. The name of a session, which a caller chooses, counts only where a pattern names sessions:
 * `arn:aws:sts::123456789012:assumed-role/ROLE/SESSION`.
 * @param arn what API Gateway says of the caller.
 */
export function isOperator(arn: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => pattern === "*" || isMeant(arn, pattern));
}

function isMeant(arn: string, pattern: string): boolean {
  if (/:(?:assumed-role|federated-user)\//.test(pattern)) return matches(arn, pattern);
  return !roleOf(arn).includes(":sts:") && matches(roleOf(arn), withoutPath(arn, pattern));
}

/**
 * A pattern of roles, for a session: names of roles are unique in an account whatever their path. One that leaves the
 * name open would mean all roles, and means none.
 */
function withoutPath(arn: string, pattern: string): string {
  const [, role, name] = (SESSION.test(arn) ? ROLE_WITH_PATH.exec(pattern) : null) ?? [];
  if (role === undefined || name === undefined) return pattern;
  return /^\*+$/.test(name) ? "" : role + name;
}

function matches(arn: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join("[^/]*")}$`).test(arn);
}
