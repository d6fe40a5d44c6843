import { DocumentQuery } from "../../../src/core/http/requests.ts";
import { documentTask, refuseUnreadable, storeOf } from "./documents.ts";
import { type Operation, parseQuery } from "../http/request.ts";
import { shippedNode, submitMade } from "./submission.ts";

/** `POST /documents?filename=NAME`: stores the file and runs `documents.process`. A file that is refused leaves nothing behind. */
export const submitDocument: Operation = async (request, runtime) => {
  const { filename } = parseQuery(request, DocumentQuery);
  const contentType = request.headers["content-type"] ?? null;
  shippedNode(runtime, "documents.process", []);
  await refuseUnreadable(filename, contentType, request.body);
  const make = documentTask(runtime, "documents", { filename, contentType });
  return submitMade(request, runtime, "documents.process", make, async (attempt) => {
    await storeOf(runtime).put(make(attempt).document.key, request.body, contentType);
  });
};
