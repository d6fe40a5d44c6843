import type { AwsRequest, AwsResponse } from "../types.ts";
import type { AccessDenied } from "./index.ts";

/** The answer by which a service says that a call was denied, in its own protocol. */
export function refusalOf({ service, headers }: AwsRequest, { message }: AccessDenied): AwsResponse {
  switch (service) {
    case "dynamodb":
      return json10(400, { __type: "com.amazon.coral.service#AccessDeniedException", Message: message });
    case "states":
      return json10(400, { __type: "com.amazon.coral.service#AccessDeniedException", message });
    case "sqs":
      if (isForm(headers)) return xml("AccessDenied", message);
      return json10(
        403,
        { __type: "com.amazon.coral.service#AccessDeniedException", message },
        { "x-amzn-query-error": "AccessDenied;Sender" },
      );
    case "s3":
      return s3Refusal(message);
    case "lambda":
    case "scheduler":
    case "ses":
    case "apigateway":
      return {
        status: 403,
        headers: { "content-type": "application/json", "x-amzn-errortype": "AccessDeniedException" },
        body: JSON.stringify({ Message: message, message }),
      };
    default:
      return isForm(headers) ? xml("AccessDenied", message) : json10(400, { __type: "AccessDeniedException", message });
  }
}

/** S3's 403. What is left of a refused upload is not read, so the connection ends. */
function s3Refusal(message: string): AwsResponse {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>${escapeXml(message)}</Message></Error>`;
  return { status: 403, headers: { "content-type": "application/xml", connection: "close" }, body };
}

function json10(status: number, body: object, headers: Readonly<Record<string, string>> = {}): AwsResponse {
  return { status, headers: { "content-type": "application/x-amz-json-1.0", ...headers }, body: JSON.stringify(body) };
}

function xml(code: string, message: string): AwsResponse {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return { status: 403, headers: { "content-type": "text/xml" }, body: `<ErrorResponse>${error}</ErrorResponse>` };
}

function isForm(headers: AwsRequest["headers"]): boolean {
  return headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
