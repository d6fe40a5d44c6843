import { DocumentQuery } from "../../../src/core/http/requests.ts";
import { documentTask, refuseUnreadable, storeOf } from "./documents.ts";
import { type Operation, parseQuery } from "../http/request.ts";
import { shippedNode, submitMade } from "./submission.ts";

/**
 * `POST /documents?filename=NAME`: stores the file and runs `documents.process`. A file that is refused leaves nothing
 * behind.
 */
export const submitDocument: Operation = async (request, services) => {
  const { filename } = parseQuery(request, DocumentQuery);
  const contentType = request.headers["content-type"] ?? null;
  shippedNode(services, "documents.process", []);
  await refuseUnreadable(filename, contentType, request.body);
  const make = documentTask(services, "documents", { filename, contentType });
  return submitMade(request, services, "documents.process", make, async (keyed) => {
    await storeOf(services, request.caller).put(make(keyed).document.key, request.body, contentType);
  });
};
