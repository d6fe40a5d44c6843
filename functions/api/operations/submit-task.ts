import { invalidInput } from "../../../src/core/http/problem.ts";
import { AnyObject } from "../../../src/core/http/requests.ts";
import { readTask } from "../../../src/core/define/check.ts";
import { type Operation, parseBody } from "../http/request.ts";
import { refuseForeign } from "./named.ts";
import { submitOne } from "./submission.ts";

/** `POST /tasks`: runs one task. */
export const submitTask: Operation = async (request, services) => {
  const { node, faults } = readTask(parseBody(request, AnyObject), [], services.registry);
  if (node === null) throw invalidInput(faults);
  await refuseForeign(request, services);
  return submitOne(request, services, node);
};
