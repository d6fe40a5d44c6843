import { getResult } from "./operations/get-result.ts";
import { createHandler } from "./http/handler.ts";

/**
 * The right to ask for one result and to wait for it: a function of its own, since waiting requests must not hold up
 * the others.
 */
export const handler = createHandler({ getResult }, "read");
