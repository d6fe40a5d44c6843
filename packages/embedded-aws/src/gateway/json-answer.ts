import { isRecord, parseJson } from "../values.ts";
import type { Input, JsonService } from "../json-service.ts";
import { ServiceError } from "../json-service.ts";
import { queryErrorOf } from "../sqs/errors.ts";
import type { AwsRequest, AwsResponse, AwsService } from "../types.ts";

/** A service of the gateway, in either of its forms. */
export type Service = AwsService | JsonService;

/** Has a service serve a call. What a JSON service throws besides ServiceError is passed on. */
export async function serveBy(service: Service, request: AwsRequest): Promise<AwsResponse> {
  if (typeof service === "function") return service(request);
  try {
    if (request.operation === null) throw new ServiceError("UnknownOperationException", "The call names no operation.");
    const output = await service.execute(request.operation, jsonInput(request));
    return { status: 200, headers: headersOf(service), body: JSON.stringify(output) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return errorAnswer(request.service, service, error);
  }
}

/** @throws ServiceError for a body that is no JSON object, as AWS's JSON protocols do */
function jsonInput({ input, body }: AwsRequest): Input {
  // An empty input is that of `{}`, of no body, or of what could not be read: only then is it worth a second look.
  if (Object.keys(input).length > 0 || body.length === 0 || isRecord(parseJson(body.toString()))) return input;
  throw new ServiceError("SerializationException", "The body is no JSON object.");
}

function headersOf({ version = "1.0" }: JsonService): Readonly<Record<string, string>> {
  return { "content-type": `application/x-amz-json-${version}` };
}

/** An error in AWS's JSON protocol; SQS adds the code of its older protocol, which clients of it still look for. */
function errorAnswer(name: string, service: JsonService, error: ServiceError): AwsResponse {
  const { code, message, status, details } = error;
  return {
    status,
    headers: {
      ...headersOf(service),
      "x-amzn-errortype": code,
      ...(name === "sqs" && { "x-amzn-query-error": queryErrorOf(code) }),
    },
    body: JSON.stringify({ __type: service.namespace + code, message, ...details }),
  };
}
