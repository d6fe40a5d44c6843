import { add } from "./operations/add.ts";
import { canvas, chain, chord, group } from "./operations/canvas.ts";
import { createUpload } from "./operations/create-upload.ts";
import { createHandler } from "./http/handler.ts";
import { processUpload } from "./operations/process-upload.ts";
import { runWorkflow } from "./operations/run-workflow.ts";
import { submitBatch } from "./operations/submit-batch.ts";
import { submitDocument } from "./operations/submit-document.ts";
import { submitTask } from "./operations/submit-task.ts";
import { testRequestInfo } from "./operations/test-request-info.ts";

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
