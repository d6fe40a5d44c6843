import { derivedId } from "../../../src/aws/ids.ts";
import type { DocumentStore } from "../../../src/aws/document-store.ts";
import { scopeOf } from "../../../src/core/record/caller.ts";
import { Problem } from "../../../src/core/http/problem.ts";
import { EmptyBody } from "../../../src/core/http/requests.ts";
import { documentKey, findUpload, refuseUnreadable, storeOf } from "./documents.ts";
import { safeFilename } from "../../../src/documents/names.ts";
import { type Operation, param, parseBody } from "../http/request.ts";
import { shippedNode, submitMade } from "./submission.ts";

/**
 * `POST /documents/uploads/{id}/process`: runs `documents.process` on a file that was uploaded by its form. `uploads/`
 * is a quarantine: whoever has the form can write there again until it expires, so what was checked is kept under
 * `documents/`, and it is that which is processed.
 */
export const processUpload: Operation = async (request, services) => {
  parseBody(request, EmptyBody);
  const id = param(request, "id");
  const { filename, contentType } = await findUpload(services, id, scopeOf(request.caller));
  const store = storeOf(services, request.caller);
  const key = documentKey("documents", id, filename);
  if ((await store.size(key)) === null) await release(store, id, { filename, contentType }, key);
  const document = { key, filename: safeFilename(filename), content_type: contentType };
  const node = shippedNode(services, "documents.process", [document]);
  return submitMade(request, services, node.task, (keyed) => ({ id: derivedId(keyed.seed, "0"), node }));
};

/**
 * Lets a file out of quarantine, its bytes as they were checked.
 * @throws Problem 409 where nothing was uploaded, or its refusal; then it is gone.
 */
async function release(
  store: DocumentStore,
  id: string,
  { filename, contentType }: { readonly filename: string; readonly contentType: string },
  key: string,
): Promise<void> {
  const quarantined = documentKey("uploads", id, filename);
  if ((await store.size(quarantined)) === null) {
    throw new Problem(
      409,
      "not_uploaded",
      "Nothing was uploaded under this id yet. Send the file with the form first.",
    );
  }
  const bytes = await store.get(quarantined);
  try {
    await refuseUnreadable(filename, contentType, bytes);
    await store.put(key, bytes, contentType);
  } finally {
    await store.remove(quarantined);
  }
}
