import type { AwsResponse } from "../../types.ts";

/** An error of the Step Functions API, by the name that SDKs know it by. */
export class ApiError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.code = code;
  }
}

/** AWS's wording for a parameter that breaks its type's rules. */
export function validationError(detail: string): ApiError {
  return new ApiError("ValidationException", `1 validation error detected: ${detail}`);
}

/** An answer in AWS JSON 1.0. */
export function jsonAnswer(status: number, body: unknown): AwsResponse {
  return { status, headers: { "content-type": "application/x-amz-json-1.0" }, body: JSON.stringify(body) };
}

/** An error in AWS JSON 1.0. */
export function errorAnswer({ code, message }: ApiError): AwsResponse {
  const { headers, ...rest } = jsonAnswer(400, { __type: code, message });
  return { ...rest, headers: { ...headers, "x-amzn-errortype": code } };
}
