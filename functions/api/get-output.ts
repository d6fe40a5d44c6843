import { findTask } from "../../src/client/ask.ts";
import { outputKey, outputName } from "../../src/core/document.ts";
import { Problem } from "../../src/core/problem.ts";
import { type Operation, answer, param } from "./http.ts";

/** `GET /documents/{task_id}/output`: leads to the text that `documents.process` made. */
export const getOutput: Operation = async (request, runtime) => {
  const { id, call, status } = await findTask(runtime, param(request, "task_id"));
  if (call.task !== "documents.process") throw new Problem(404, "no_output", `A ${call.task} has no output.`);
  if (status !== "SUCCESS") throw new Problem(404, "no_output", `The document has no output: its task is ${status}.`);
  const location = await runtime.payloads.urlOf(outputKey(id), {
    filename: outputName(id),
    contentType: "text/plain; charset=utf-8",
  });
  return answer(302, { url: location }, { location });
};
