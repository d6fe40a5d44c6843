import type { CallFaults } from "../faults/calls.ts";
import { callsOf } from "../iam/calls.ts";
import type { Iam } from "../iam/index.ts";
import { refusalOf } from "../iam/refusal.ts";
import type { Storage } from "../storage/storage.ts";
import type { AwsRequest, AwsResponse } from "../types.ts";
import { isForm } from "./body.ts";
import type { Guard } from "./gateway.ts";
import { serveBy } from "./json-answer.ts";
import type { Service } from "./json-answer.ts";

/** What a call is served by. */
export interface CallOptions {
  /** By the name of the signature's scope: `sqs`, `dynamodb`, ... */
  readonly services: Readonly<Record<string, Service>>;
  readonly iam: Iam;
  /** The state machine whose task waits with a token; null where none does. */
  readonly machineOf: (token: string) => string | null;
  readonly guard?: Guard | undefined;
  readonly faults: CallFaults;
  /** Where the services keep what must outlive the process: no answer is given for what is not there yet. */
  readonly storage: Storage;
}

/** What a call comes to before a service has it: an answer, an answer that will get lost, or nothing. */
export type Verdict = AwsResponse | "lose-reply" | null;

/**
 * Serves calls however they came, over HTTP or over a function's own connection: guard, rights, faults and services are
 * the same.
 */
export interface CallServer {
  readonly judge: (request: AwsRequest) => Verdict;
  readonly serve: (request: AwsRequest) => Promise<AwsResponse | "lose-reply">;
}

export function createCallServer({ services, iam, machineOf, guard, faults, storage }: CallOptions): CallServer {
  const names = [...Object.keys(services), "s3"].toSorted().join(", ");

  /** Only functions come with an identity of the template; any other key is the account's owner's. */
  function unauthorized(request: AwsRequest): AwsResponse | null {
    if (request.caller === null) return null;
    const denied = iam.check({ kind: "function", name: request.caller }, callsOf(request, machineOf));
    return denied && refusalOf(request, denied);
  }

  const judge = (request: AwsRequest): Verdict => guard?.(request) ?? unauthorized(request) ?? faults.refuse(request);

  return {
    judge,
    serve: async (request) => {
      const verdict = judge(request);
      if (verdict !== null && verdict !== "lose-reply") return verdict;
      const service = Object.hasOwn(services, request.service) ? services[request.service] : undefined;
      if (service === undefined) return unknownService(request, names);
      const answer = await serveBy(service, request);
      await storage.written();
      return verdict === "lose-reply" || faults.losesReply(request) ? "lose-reply" : answer;
    },
  };
}

function unknownService(request: AwsRequest, names: string): AwsResponse {
  const operation = request.operation ?? `${request.method} ${request.path}`;
  const message = `The local AWS does not serve ${request.service} (${operation}). It serves ${names}.`;
  if (isForm(request.headers["content-type"])) {
    const error = `<Error><Type>Sender</Type><Code>UnknownService</Code><Message>${message}</Message></Error>`;
    return { status: 501, headers: { "content-type": "text/xml" }, body: `<ErrorResponse>${error}</ErrorResponse>` };
  }
  const headers = { "content-type": "application/json", "x-amzn-errortype": "UnknownService" };
  return { status: 501, headers, body: JSON.stringify({ __type: "UnknownService", message }) };
}
