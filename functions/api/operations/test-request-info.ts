import { RequestInfoBody } from "../../../src/core/http/requests.ts";
import { type Operation, parseBody } from "../http/request.ts";
import { shippedNode, submitOne } from "./submission.ts";

/** `POST /test-request-info`: runs `probe.request_info`, whose result is the request context. */
export const testRequestInfo: Operation = async (request, services) => {
  const { data } = parseBody(request, RequestInfoBody);
  return submitOne(request, services, shippedNode(services, "probe.request_info", data === undefined ? [] : [data]));
};
