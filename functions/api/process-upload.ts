import { derivedId } from "../../src/aws/ids.ts";
import { scopeOf } from "../../src/core/caller.ts";
import { Problem } from "../../src/core/problem.ts";
import { EmptyBody } from "../../src/core/requests.ts";
import { documentKey, findUpload, refuseUnreadable, storeOf } from "./documents.ts";
import { safeFilename } from "../../src/documents/names.ts";
import { type Operation, param, parseBody } from "./http.ts";
import { shippedNode, submitMade } from "./submission.ts";

/** `POST /documents/uploads/{id}/process`: runs `documents.process` on a file that was uploaded by its form. */
export const processUpload: Operation = async (request, runtime) => {
  parseBody(request, EmptyBody);
  const id = param(request, "id");
  const { filename, contentType } = await findUpload(runtime, id, scopeOf(request.caller));
  const key = documentKey("uploads", id, filename);
  const store = storeOf(runtime);
  if ((await store.size(key)) === null) {
    throw new Problem(
      409,
      "not_uploaded",
      "Nothing was uploaded under this id yet. Send the file with the form first.",
    );
  }
  await refuseUnreadable(filename, contentType, await store.get(key)).catch(async (refusal: unknown) => {
    await store.remove(key);
    throw refusal;
  });
  const document = { key, filename: safeFilename(filename), content_type: contentType };
  const node = shippedNode(runtime, "documents.process", [document]);
  return submitMade(request, runtime, node.task, (attempt) => ({ id: derivedId(attempt.seed, "0"), node }));
};
