import { type Operation, answer } from "../http/request.ts";

/** `GET /health`: that the API answers. It asks no other service, so that it costs nothing to watch. */
export const getHealth: Operation = async () => answer(200, { status: "ok" });
