import type { AwsRequest, AwsResponse } from "../types.ts";
import type { FaultRig } from "./rig.ts";

/** Services whose answers get lost. */
const LOSING = new Set(["dynamodb", "sqs", "states"]);

const TOKEN_OPERATIONS = new Set(["SendTaskSuccess", "SendTaskFailure"]);

/** The faults of calls to AWS. They befall the run's functions only: a test's own look at a table is served. */
export interface CallFaults {
  /** What a call is answered with before it has any effect; null where it is to be served. */
  readonly refuse: (request: AwsRequest) => AwsResponse | null;
  /** True if the answer of a served call is to get lost. */
  readonly losesReply: (request: AwsRequest) => boolean;
}

export function createCallFaults(rig: FaultRig): CallFaults {
  return {
    refuse: ({ service, operation, caller }) => {
      if (caller === null) return null;
      if (service === "dynamodb" && rig.strikes("throttle")) {
        const type = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
        return refusal(400, type, "The level of configured provisioned throughput for the table was exceeded.");
      }
      if (service !== "states" || !TOKEN_OPERATIONS.has(operation ?? "") || !rig.strikes("fail-token")) return null;
      return rig.chance("fail-token") < 0.5
        ? refusal(400, "ThrottlingException", "Rate exceeded")
        : refusal(500, "InternalFailure", "The request failed because of an unknown error.");
    },
    losesReply: ({ service, caller }) => caller !== null && LOSING.has(service) && rig.strikes("lose-reply"),
  };
}

function refusal(status: number, type: string, message: string): AwsResponse {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": type };
  return { status, headers, body: JSON.stringify({ __type: type, message }) };
}
