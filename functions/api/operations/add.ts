import { AddBody } from "../../../src/core/http/requests.ts";
import { type Operation, parseBody } from "../http/request.ts";
import { shippedNode, submitOne } from "./submission.ts";

/** `POST /add`: runs `math.add`. */
export const add: Operation = async (request, services) => {
  const { x, y } = parseBody(request, AddBody);
  return submitOne(request, services, shippedNode(services, "math.add", [x, y]));
};
