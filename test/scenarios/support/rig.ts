import { inject } from "vitest";
import { startEmbeddedAws } from "embedded-aws";
import type { AwsRequest, AwsResponse, EmbeddedAws, EmbeddedAwsOptions, Guard } from "embedded-aws";
import { concurrencyOf } from "../../../local/concurrency.ts";
import { useApi } from "./api.ts";
import { Aws } from "./aws.ts";

/**
 * An embedded AWS of a test's own, with the project's stacks, whose calls the test sees and may refuse, and into which
 * it may inject faults.
 */
export interface Rig extends Pick<EmbeddedAws, "setFaults" | "faults" | "permissions"> {
  readonly aws: Aws;
  /** Sees every call, and may answer it itself or lose its answer; null leaves it alone. */
  guard: Guard;
  /** A further guard, for tests that run at once. @returns what takes it away. */
  readonly watch: (guard: Guard) => () => void;
  /**
   * Answers this many calls of functions that are meant, or loses their answers.
   * @default times 1
   * @returns how many it has.
   */
  readonly meddle: (
    answer: Exclude<ReturnType<Guard>, null>,
    isMeant: (request: AwsRequest) => boolean,
    times?: number,
  ) => () => number;
  readonly stop: () => Promise<void>;
}

/** Starts a rig; this file's calls go to its API. */
export async function startRig(options: EmbeddedAwsOptions = {}): Promise<Rig> {
  const passes = (): null => null;
  const log =
    process.env["CELERIAC_LOG"] === undefined ? options.log : (line: string) => void process.stderr.write(`${line}\n`);
  const rig: { guard: Rig["guard"] } = { guard: passes };
  const watching = new Set<Guard>();
  const guard: Guard = (request) =>
    [rig.guard, ...watching].map((each) => each(request)).find((answer) => answer !== null) ?? null;
  const embedded = await startEmbeddedAws({ concurrency: concurrencyOf, purgeInterval: 0, ...options, guard, log });
  await embedded.deploy(inject("assembly"));
  useApi(embedded.apiUrl);
  const aws = new Aws(embedded.awsUrl);
  const stop = async (): Promise<void> => {
    aws.close();
    await embedded.stop();
  };
  const watch: Rig["watch"] = (each) => {
    watching.add(each);
    return () => void watching.delete(each);
  };
  const meddle: Rig["meddle"] = (answer, isMeant, times = 1) => {
    let count = 0;
    watch((request) => {
      if (request.caller === null || count === times || !isMeant(request)) return null;
      count += 1;
      return answer;
    });
    return () => count;
  };
  const { setFaults, faults, permissions } = embedded;
  return Object.assign(rig, { aws, watch, meddle, stop, setFaults, faults, permissions });
}

/** Whether a call is this operation, and its body has all of these texts. */
export function isCall(request: AwsRequest, operation: string, ...texts: readonly string[]): boolean {
  return request.operation === operation && texts.every((text) => request.body.includes(text));
}

/** An answer by which AWS refuses a call for good: the SDK does not try it again. */
export function refusal(type = "AccessDeniedException"): AwsResponse {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": type };
  return { status: 400, headers, body: JSON.stringify({ __type: type, message: "refused by a test" }) };
}
