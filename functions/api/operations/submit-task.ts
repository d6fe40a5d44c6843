import { TaskBody } from "../../../src/core/http/requests.ts";
import { type Operation, parseBody } from "../http/request.ts";
import { submitOne } from "./submission.ts";

/** `POST /tasks`: runs one task. */
export const submitTask: Operation = async (request, services) =>
  submitOne(request, services, parseBody(request, TaskBody));
