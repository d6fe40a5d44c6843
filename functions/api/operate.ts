import { createHandler } from "./handler.ts";

/** The right to operate: revoke, retry, redrive. */
export const handler = createHandler({});
