import { findTask } from "../../src/client/ask.ts";
import { nodeToRetry } from "../../src/client/retry.ts";
import { EmptyBody } from "../../src/core/requests.ts";
import { type Operation, param, parseBody } from "./http.ts";
import { submitOne } from "./submission.ts";

/** `POST /tasks/{task_id}/retry`: runs a failed or revoked task again, alone, under a new id. */
export const retryTask: Operation = async (request, runtime) => {
  parseBody(request, EmptyBody);
  const record = await findTask(runtime, param(request, "task_id"));
  return submitOne(request, runtime, await nodeToRetry(runtime, record));
};
