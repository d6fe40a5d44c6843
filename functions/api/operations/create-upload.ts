import { derivedId } from "../../../src/aws/ids.ts";
import { rfc3339 } from "../../../src/core/http/answer.ts";
import { scopeOf } from "../../../src/core/record/caller.ts";
import { UploadBody } from "../../../src/core/http/requests.ts";
import { MAX_UNPACKED_BYTES } from "../../../src/documents/limits.ts";
import { claimedType, contentTypeOf } from "../../../src/documents/type.ts";
import { asProblem, documentKey, rememberUpload, storeOf } from "./documents.ts";
import { type Operation, answer, parseBody } from "../http/request.ts";
import { oncePerKey, shippedNode } from "./submission.ts";

/** `POST /documents/uploads`: a form by which the client uploads one file of up to 50 MB to S3 itself. */
export const createUpload: Operation = async (request, services) => {
  const { filename, content_type: given = null } = parseBody(request, UploadBody);
  shippedNode(services, "documents.process", []);
  const contentType = given ?? contentTypeOf(await asProblem(async () => claimedType(filename, null)));
  await asProblem(async () => claimedType(filename, contentType));
  return oncePerKey(
    request,
    services,
    async (keyed) =>
      rememberUpload(services, derivedId(keyed.seed, "upload"), {
        filename,
        contentType,
        scope: scopeOf(request.caller),
      }),
    async (keyed) => {
      const id = derivedId(keyed.seed, "upload");
      const form = await storeOf(services, request.caller).uploadForm(
        documentKey("uploads", id, filename),
        contentType,
        MAX_UNPACKED_BYTES,
        services.now(),
      );
      const body = {
        id,
        url: form.url,
        fields: form.fields,
        max_bytes: MAX_UNPACKED_BYTES,
        expires_at: rfc3339(form.expires),
      };
      return answer(201, body, { location: `/documents/uploads/${id}/process` });
    },
  );
};
