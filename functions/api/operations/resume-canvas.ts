import { find } from "../../../src/ask/ask.ts";
import type { ResumeAnswer } from "../../../src/core/http/answer-schemas.ts";
import { EmptyBody } from "../../../src/core/http/requests.ts";
import { resume } from "../../../src/end/resume.ts";
import { type Operation, answer, param, parseBody } from "../http/request.ts";

/** `POST /canvases/{task_id}/resume`: runs what of a canvas failed and what follows, under the same ids. */
export const resumeCanvas: Operation = async (request, services) => {
  parseBody(request, EmptyBody);
  const found = await find(services, param(request, "task_id"), request.caller);
  const { id, resumed, kept } = await resume(services, found);
  return answer(202, { task_id: id, resumed, kept } satisfies ResumeAnswer, { location: `/result/${id}` });
};
