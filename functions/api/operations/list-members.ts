import { find } from "../../../src/ask/ask.ts";
import { membersFrom } from "../../../src/ask/graph.ts";
import { Problem } from "../../../src/core/http/problem.ts";
import type { MembersAnswer } from "../../../src/core/http/answer-schemas.ts";
import { MembersQuery } from "../../../src/core/http/requests.ts";
import { type Operation, answer, param, parseQuery } from "../http/request.ts";

/** `GET /canvases/{task_id}/members`: members of a group, a page at a time. */
export const listMembers: Operation = async (request, services) => {
  const { offset, limit } = parseQuery(request, MembersQuery);
  const found = await find(services, param(request, "task_id"), request.caller);
  if (found.kind === "task") throw new Problem(404, "unknown_group", "This is a task, not a group.");
  const { group } = found.record;
  const members = await membersFrom(services, found.record, offset, limit);
  return answer(200, { task_id: group.id, total: group.total, offset, members } satisfies MembersAnswer);
};
