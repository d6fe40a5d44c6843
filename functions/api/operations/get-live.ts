import { look } from "../../../src/ask/live.ts";
import { LiveQuery } from "../../../src/core/http/requests.ts";
import { type Operation, answer, parseQuery } from "../http/request.ts";

/** `GET /live`: what has changed since a watcher last looked. */
export const getLive: Operation = async (request, services) =>
  answer(200, await look(services, parseQuery(request, LiveQuery), request.caller));
