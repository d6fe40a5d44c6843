import { invalidRequest } from "./errors.ts";

/** Which part of a list is asked for. */
export interface PageWanted {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** Items of one page where no number is asked for (SQS: 1,000). */
const DEFAULT = 1000;

/**
 * A page of a sorted list. A token is given only where a number was asked for, as SQS does.
 * @throws ServiceError InvalidParameterValue for a token that none of these calls gave
 */
export function page(
  sorted: readonly string[],
  { MaxResults, NextToken }: PageWanted,
): { readonly items: readonly string[]; readonly NextToken: string | undefined } {
  const after = NextToken === undefined ? "" : Buffer.from(NextToken, "base64url").toString();
  if (NextToken !== undefined && after === "") throw invalidRequest("Invalid or expired next token.");
  const left = sorted.filter((item) => item > after);
  const items = left.slice(0, MaxResults ?? DEFAULT);
  const last = items.at(-1);
  const more = MaxResults !== undefined && last !== undefined && left.length > items.length;
  return { items, NextToken: more ? Buffer.from(last).toString("base64url") : undefined };
}
