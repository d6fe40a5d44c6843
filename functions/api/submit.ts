import { add } from "./add.ts";
import { canvas, chain, chord, group } from "./canvas.ts";
import { createUpload } from "./create-upload.ts";
import { createHandler } from "./handler.ts";
import { processUpload } from "./process-upload.ts";
import { runWorkflow } from "./run-workflow.ts";
import { submitBatch } from "./submit-batch.ts";
import { submitDocument } from "./submit-document.ts";
import { submitTask } from "./submit-task.ts";
import { testRequestInfo } from "./test-request-info.ts";

/** The right to submit. */
export const handler = createHandler(
  {
    chain,
    group,
    chord,
    canvas,
    add,
    testRequestInfo,
    submitTask,
    submitBatch,
    runWorkflow,
    submitDocument,
    createUpload,
    processUpload,
  },
  "submit",
);
