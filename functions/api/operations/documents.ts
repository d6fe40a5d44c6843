import * as z from "zod";
import { DocumentStore } from "../../../src/aws/document-store.ts";
import { derivedId } from "../../../src/aws/ids.ts";
import type { Services } from "../../../src/aws/services.ts";
import { isId } from "../../../src/ask/ask.ts";
import type { KeyedRequest } from "../../../src/submit/idempotency.ts";
import { type Caller, submitterOf } from "../../../src/core/record/caller.ts";
import type { StoredDocument } from "../../../src/core/record/document.ts";
import { Problem } from "../../../src/core/http/problem.ts";
import type { TaskNode } from "../../../src/core/canvas/signature.ts";
import { DocumentError } from "../../../src/documents/errors.ts";
import { safeFilename } from "../../../src/documents/names.ts";
import { documentType } from "../../../src/documents/type.ts";
import { shippedNode } from "./submission.ts";

/** The documents of the stage, as far as the caller may read them; what it stores there is the caller's. */
export function storeOf({ env }: Services, caller: Caller): DocumentStore {
  return new DocumentStore(env.bucket, () => submitterOf(caller));
}

/** A task that processes a document; the document lies under the task's own id. */
export function documentTask(
  services: Services,
  folder: "documents" | "uploads",
  file: { readonly filename: string; readonly contentType: string | null },
): (keyed: KeyedRequest) => { id: string; document: StoredDocument; node: TaskNode } {
  return (keyed) => {
    const id = derivedId(keyed.seed, "0");
    const document = {
      key: documentKey(folder, id, file.filename),
      filename: safeFilename(file.filename),
      content_type: file.contentType,
    };
    return { id, document, node: shippedNode(services, "documents.process", [document]) };
  };
}

/** Where a document lies: under an id that nobody can guess, by a name that no path or header can be made of. */
export function documentKey(folder: "documents" | "uploads", id: string, filename: string): string {
  return `${folder}/${id}/${safeFilename(filename)}`;
}

const UploadItem = z.object({ filename: z.string(), contentType: z.string(), scope: z.string() });

/** Notes what is to be uploaded under `id`, for as long as the file itself is kept. */
export async function rememberUpload(
  services: Services,
  id: string,
  upload: z.infer<typeof UploadItem>,
): Promise<void> {
  const ttl = Math.ceil(services.now() / 1000) + services.env.retention;
  await services.table.update({ id: `upload#${id}`, set: { ...upload, ttl } });
}

/** What is to be uploaded under `id` by callers of this scope. @throws Problem 404 */
export async function findUpload(services: Services, id: string, scope: string): Promise<z.infer<typeof UploadItem>> {
  const item = UploadItem.safeParse(isId(id) ? await services.table.get(`upload#${id}`) : null);
  if (!item.success || item.data.scope !== scope)
    throw new Problem(404, "unknown_upload", "There is no upload with this id, or its time is over.");
  return item.data;
}

/**
 * @throws Problem 415 for a type that is not read or that the bytes contradict, 400 for an empty file, 413 for too
 * much.
 */
export function refuseUnreadable(filename: string, contentType: string | null, bytes: Uint8Array): Promise<unknown> {
  return asProblem(() => documentType(filename, contentType, bytes));
}

/** The result of `check`, or its refusal of a document as a problem. */
export async function asProblem<Result>(check: () => Promise<Result>): Promise<Result> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof DocumentError) throw documentProblem(error);
    throw error;
  }
}

function documentProblem(error: DocumentError): Problem {
  const unsupported = error.name === "UnsupportedDocument" || error.name === "ContradictedDocument";
  const status = unsupported ? 415 : error.name === "DocumentTooLarge" ? 413 : 400;
  return new Problem(
    status,
    error.code,
    error.message,
    status === 400 ? { errors: [{ path: "", message: error.message }] } : {},
  );
}
