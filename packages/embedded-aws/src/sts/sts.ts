import { randomUUID } from "node:crypto";
import { ACCOUNT } from "../resource.ts";
import type { AwsRequest, AwsResponse, AwsService } from "../types.ts";

/**
 * STS's GetCallerIdentity: who signed the call, a function of the run or its owner.
 * @param sessionOf the ARN that a function's calls are made under
 */
export function createSts(sessionOf: (functionName: string) => string): AwsService {
  return async (request) => identify(request, sessionOf);
}

function identify({ operation, caller }: AwsRequest, sessionOf: (functionName: string) => string): AwsResponse {
  const headers = { "content-type": "text/xml" };
  if (operation !== "GetCallerIdentity") {
    const message = `The local STS does not serve ${operation ?? "this request"}; it serves GetCallerIdentity.`;
    const error = `<Error><Type>Sender</Type><Code>InvalidAction</Code><Message>${message}</Message></Error>`;
    return {
      status: 400,
      headers,
      body: `<ErrorResponse>${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
    };
  }
  const arn = caller === null ? `arn:aws:iam::${ACCOUNT}:root` : sessionOf(caller);
  const result = `<Arn>${arn}</Arn><UserId>${caller ?? ACCOUNT}</UserId><Account>${ACCOUNT}</Account>`;
  return {
    status: 200,
    headers,
    body:
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">` +
      `<GetCallerIdentityResult>${result}</GetCallerIdentityResult>` +
      `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  };
}
