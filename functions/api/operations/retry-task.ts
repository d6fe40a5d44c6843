import { findTask } from "../../../src/ask/ask.ts";
import { nodeToRetry } from "../../../src/end/retry.ts";
import { EmptyBody } from "../../../src/core/http/requests.ts";
import { type Operation, param, parseBody } from "../http/request.ts";
import { submitOne } from "./submission.ts";

/** `POST /tasks/{task_id}/retry`: runs a failed or revoked task again, alone, under a new id. */
export const retryTask: Operation = async (request, services) => {
  parseBody(request, EmptyBody);
  const record = await findTask(services, param(request, "task_id"), request.caller);
  // It stays whose it was, also where an operator runs it again for them.
  const caller = { ...request.caller, owner: record.call.owner };
  return submitOne({ ...request, caller }, services, await nodeToRetry(services, record));
};
