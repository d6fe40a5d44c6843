import { TaskBody } from "../../src/core/requests.ts";
import { type Operation, parseBody } from "./http.ts";
import { submitOne } from "./submission.ts";

/** `POST /tasks`: runs one task. */
export const submitTask: Operation = async (request, runtime) =>
  submitOne(request, runtime, parseBody(request, TaskBody));
