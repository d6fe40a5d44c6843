import { inject } from "vitest";

/** A stage that is served for the scenarios. */
export interface Served {
  /** Base URL of its API, without a slash at the end. */
  readonly apiUrl: string;
  /** Where its AWS services answer; empty where the tests were given an API only. */
  readonly awsUrl: string;
}

/**
 * Each worker of vitest has a stage of its own, so that files at once do not see each other's tasks; a stage that was
 * given is everybody's.
 */
function served(): Served {
  const stages = inject("served");
  // Workers at once have the numbers 1 to maxWorkers.
  const [first, ...others] = stages;
  if (first === undefined) return { apiUrl: "", awsUrl: "" };
  return others[Number(process.env["VITEST_POOL_ID"] ?? 1) - 2] ?? first;
}

export const { apiUrl, awsUrl } = served();
