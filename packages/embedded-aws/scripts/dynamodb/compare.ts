import { isDeepStrictEqual } from "node:util";
import type { Request } from "./requests.ts";

/** What a server says to a request. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What of two answers differs, in words; undefined where nothing does that is promised. */
export function difference(request: Request, ours: Answer, theirs: Answer): string | undefined {
  if (ours.status !== theirs.status) return `status ${ours.status} and ${theirs.status}`;
  if (ours.status !== 200) {
    const [one, two] = [errorOf(ours), errorOf(theirs)];
    if (one !== two) return `${one} and ${two}`;
    return same("Item", ours, theirs) && isDeepStrictEqual(reasons(ours), reasons(theirs))
      ? undefined
      : "details of an error";
  }
  const names = new Set([...Object.keys(ours.body), ...Object.keys(theirs.body)]);
  for (const name of names) {
    const [one, two] = [normal(ours.body[name]), normal(theirs.body[name])];
    const unordered =
      name === "Items" && (request.operation === "Scan" || String(request.input["IndexName"]).startsWith("by-"));
    const both = unordered ? [sorted(one), sorted(two)] : [one, two];
    if (!isDeepStrictEqual(both[0], both[1])) return name;
  }
  return undefined;
}

function same(name: string, ours: Answer, theirs: Answer): boolean {
  return isDeepStrictEqual(normal(ours.body[name]), normal(theirs.body[name]));
}

function errorOf({ body }: Answer): string {
  return String(body["__type"]).replace(/.*#/, "");
}

/** The codes and items of a cancelled transaction. Texts are AWS's in ours, and DynamoDB Local's own in theirs. */
function reasons({ body }: Answer): unknown {
  const all: unknown = body["CancellationReasons"];
  return Array.isArray(all)
    ? all.map((reason: unknown) => [Object(reason).Code, normal(Object(reason).Item)])
    : undefined;
}

function sorted(items: unknown): unknown {
  return Array.isArray(items) ? items.map((item) => JSON.stringify(item)).toSorted() : items;
}

/** A value with names and members of sets in a fixed order. */
function normal(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) {
    const members = value.map((member: unknown) => normal(member));
    return /^[SNB]S$/.test(name) ? members.toSorted() : members;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, held]) => [key, normal(held, key)]),
  );
}
