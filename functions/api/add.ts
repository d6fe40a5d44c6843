import { AddBody } from "../../src/core/requests.ts";
import { type Operation, parseBody } from "./http.ts";
import { shippedNode, submitOne } from "./submission.ts";

/** `POST /add`: runs `math.add`. */
export const add: Operation = async (request, runtime) => {
  const { x, y } = parseBody(request, AddBody);
  return submitOne(request, runtime, shippedNode(runtime, "math.add", [x, y]));
};
