import { listRuns } from "../../../src/ask/runs.ts";
import type { RunsAnswer } from "../../../src/core/http/answer-schemas.ts";
import { RunsQuery } from "../../../src/core/http/requests.ts";
import { type Operation, answer, parseQuery } from "../http/request.ts";

/** `GET /canvases`: runs of canvases, newest first. */
export const listCanvases: Operation = async (request, services) =>
  answer(200, (await listRuns(services, parseQuery(request, RunsQuery), request.caller)) satisfies RunsAnswer);
