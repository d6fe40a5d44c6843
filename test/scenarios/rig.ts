import { inject } from "vitest";
import { type Embedded, type EmbeddedOptions, startEmbedded } from "../../local/embedded.ts";
import type { Guard } from "../../local/gateway.ts";
import type { AwsResponse } from "../../local/types.ts";
import { useApi } from "./api.ts";
import { Aws } from "./aws.ts";

/** An embedded AWS of a test's own, with the project's stacks, whose calls the test sees and may refuse, and into which it may inject faults. */
export interface Rig extends Pick<Embedded, "setFaults" | "faults" | "permissions"> {
  readonly aws: Aws;
  /** Sees every call, and may answer it itself or lose its answer; null leaves it alone. */
  guard: Guard;
  readonly stop: () => Promise<void>;
}

/** Starts a rig; this file's calls go to its API. */
export async function startRig(options: EmbeddedOptions = {}): Promise<Rig> {
  const passes = (): null => null;
  const log =
    process.env["CELERIAC_LOG"] === undefined ? options.log : (line: string) => void process.stderr.write(`${line}\n`);
  const rig: { guard: Rig["guard"] } = { guard: passes };
  const embedded = await startEmbedded({ ...options, guard: (request) => rig.guard(request), log });
  await embedded.deploy(inject("assembly"));
  useApi(embedded.apiUrl);
  const aws = new Aws(embedded.awsUrl);
  const stop = async (): Promise<void> => {
    aws.close();
    await embedded.stop();
  };
  const { setFaults, faults, permissions } = embedded;
  return Object.assign(rig, { aws, stop, setFaults, faults, permissions });
}

/** An answer by which AWS refuses a call for good: the SDK does not try it again. */
export function refusal(type = "AccessDeniedException"): AwsResponse {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": type };
  return { status: 400, headers, body: JSON.stringify({ __type: type, message: "refused by a test" }) };
}
