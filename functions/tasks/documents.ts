import { defineModule, defineTask, group } from "celeriac";
import { DocumentSchema, documentStore, processDocument } from "celeriac/documents";
import * as z from "zod";

// The XML of a docx at its limit takes 1.4 GB while it is read.
export const module = defineModule({ memory: 2048, grants: ["documents"] });

/** Documents of one batch: the widest group that is still quick to plan. */
const MAX_BATCH = 100;
/** What one batch may hold in all. */
const MAX_BATCH_BYTES = 50 * 1024 * 1024;

/** Takes the text out of a document, counts it, and stores it as the task's output. */
export const process = defineTask("documents.process", {
  parameters: ["document"],
  args: z.tuple([DocumentSchema]),
  softTimeLimit: 270,
  run: (self, document) => processDocument(documentStore(), document, self.request.id, self.signal),
});

/** Processes several documents side by side, each by a task of its own; its result is the list of their reports. */
export const processBatch = defineTask("documents.process_batch", {
  parameters: ["documents"],
  args: z.tuple([
    z
      .array(DocumentSchema)
      .min(1)
      .max(MAX_BATCH, `Too many documents: ${MAX_BATCH} are allowed in one batch; submit the rest in another`),
  ]),
  softTimeLimit: 270,
  run: async (self, documents) => {
    const store = documentStore();
    const sizes = await Promise.all(documents.map((document) => store.size(document.key)));
    const total = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    if (total > MAX_BATCH_BYTES) {
      throw new RangeError(
        `The documents have ${total} bytes in all; ${MAX_BATCH_BYTES} are allowed in one batch. Submit them in several.`,
      );
    }
    return self.replace(group(documents.map((document) => process.s(document))));
  },
});
