import type { StoredObject } from "./records.ts";
import type { LifecycleRule } from "./template.ts";

const DAY_MILLIS = 86_400_000;

/** When an object ends, and by which rule. */
export interface Expiration {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly rule: string;
}

/**
 * The earliest end that a rule sets for an object; null where none does. S3 adds the days to the object's creation and
 * rounds up to the next midnight UTC ("Lifecycle configuration elements", User Guide).
 */
export function expirationOf(object: StoredObject, rules: readonly LifecycleRule[]): Expiration | null {
  let earliest: Expiration | null = null;
  for (const rule of rules) {
    if (!applies(rule, object)) continue;
    const at = endBy(rule, object.modified);
    if (at !== null && (earliest === null || at < earliest.at)) earliest = { at, rule: rule.Id ?? "" };
  }
  return earliest;
}

/** When an upload that began then is aborted; null where no rule does so. */
export function abortOf(upload: { key: string; started: number }, rules: readonly LifecycleRule[]): number | null {
  const ends = rules.flatMap(({ Status, Prefix, AbortIncompleteMultipartUpload: abort }) =>
    Status === "Enabled" && abort !== undefined && upload.key.startsWith(Prefix)
      ? [midnightAfter(upload.started, abort.DaysAfterInitiation)]
      : [],
  );
  return ends.length === 0 ? null : Math.min(...ends);
}

function applies(rule: LifecycleRule, { key, size, tags }: StoredObject): boolean {
  return (
    rule.Status === "Enabled" &&
    key.startsWith(rule.Prefix) &&
    size > (rule.ObjectSizeGreaterThan ?? -1) &&
    size < (rule.ObjectSizeLessThan ?? Infinity) &&
    rule.TagFilters.every(({ Key, Value }) => tags[Key] === Value)
  );
}

function endBy(rule: LifecycleRule, created: number): number | null {
  if (rule.ExpirationInDays !== undefined) return midnightAfter(created, rule.ExpirationInDays);
  return rule.ExpirationDate === undefined ? null : Date.parse(rule.ExpirationDate);
}

function midnightAfter(time: number, days: number): number {
  return Math.ceil((time + days * DAY_MILLIS) / DAY_MILLIS) * DAY_MILLIS;
}
