import { DocumentStore } from "../../../src/aws/document-store.ts";
import { findTask } from "../../../src/ask/ask.ts";
import { outputKey, outputName } from "../../../src/core/record/document.ts";
import { Problem } from "../../../src/core/http/problem.ts";
import { type Operation, answer, param } from "../http/request.ts";

/**
 * `GET /documents/{task_id}/output`: leads to the text that a task (`documents.process`, `etl.load`) has stored as its
 * output.
 */
export const getOutput: Operation = async (request, services) => {
  const { id, call, status } = await findTask(services, param(request, "task_id"), request.caller);
  if (status !== "SUCCESS") throw new Problem(404, "no_output", `There is no output: the task is ${status}.`);
  // Whose the task is, his is the output, whoever asks for it.
  const store = new DocumentStore(services.env.bucket, () => call.owner);
  if ((await store.size(outputKey(id))) === null)
    throw new Problem(404, "no_output", `This ${call.task} has no output.`);
  const location = await services.payloads.urlOf(outputKey(id), {
    filename: outputName(id),
    contentType: "text/plain; charset=utf-8",
  });
  return answer(302, { url: location }, { location });
};
