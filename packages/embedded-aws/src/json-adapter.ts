import { type JsonService, ServiceError } from "./json-service.ts";
import type { AwsResponse, AwsService } from "./types.ts";
import { isRecord, parseJson } from "./values.ts";

/** How a service's protocol differs from that of others. */
export interface JsonProtocol {
  /** `1.0` or `1.1`: the version of AWS JSON in the content type. */
  readonly version: "1.0" | "1.1";
  /** Resolves when what a call changed may be told. Default: at once. */
  readonly written?: () => Promise<void>;
}

/** Serves a service over AWS JSON, where the gateway does not parse bodies itself. */
export function serveJson(service: JsonService, { version, written }: JsonProtocol): AwsService {
  const contentType = `application/x-amz-json-${version}`;
  return async ({ operation, body }) => {
    try {
      const input = parseJson(body.toString());
      if (!isRecord(input)) throw new ServiceError("SerializationException", "The body is no JSON object.");
      const answer = await service.execute(operation ?? "", input);
      await written?.();
      return { status: 200, headers: { "content-type": contentType }, body: JSON.stringify(answer) };
    } catch (error) {
      if (error instanceof ServiceError) return refusal(error, service.namespace, contentType);
      throw error;
    }
  };
}

function refusal({ code, message, status, details }: ServiceError, namespace: string, type: string): AwsResponse {
  const headers = { "content-type": type, "x-amzn-errortype": code };
  return { status, headers, body: JSON.stringify({ __type: `${namespace}${code}`, message, ...details }) };
}
