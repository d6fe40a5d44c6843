import { type Member, chunkId } from "../aws/canvas-table.ts";
import { answerToken, startCanvas } from "../aws/engine.ts";
import { type Outgoing, toTask } from "../aws/queues.ts";
import type { Services } from "../aws/services.ts";
import { inParallel } from "../core/parallel.ts";
import { startNested } from "./nested.ts";

/**
 * Starts the members of a chunk. A member that is alone is given the chunk's token; of several, the last to end answers
 * it.
 */
export async function startChunk(
  services: Services,
  chunk: { readonly id: string; readonly n: number; readonly token: string },
): Promise<void> {
  const { id, n, token } = chunk;
  const members = await services.canvases.members(id, n);
  const [only] = members;
  if (members.length === 0) return answerToken(token, null);
  await services.canvases.keepToken(chunkId(id, n), token, services.now());
  if (members.length === 1 && only !== undefined) return startMember(services, only, token);
  // The members of a chunk whose state is tried again may have ended all: then nobody is left to answer.
  if ((await services.canvases.ended(id, n)) >= members.length) return answerToken(token, null);
  await services.queues.sendMany(
    members.flatMap(({ part, call }) => (part.task === null ? [] : [toMember(part.id, part.task, call)])),
    id,
  );
  await inParallel(
    members.filter((member) => member.part.task === null),
    (member) => startCanvas(services, member.part.id, null),
  );
}

async function startMember(services: Services, member: Member, token: string): Promise<void> {
  const { part, call } = member;
  if (part.task === null) return startNested(services, part.id, token);
  await services.queues.send(toMember(part.id, part.task, call, token));
}

function toMember(id: string, task: string, call: Member["call"], token?: string): Outgoing {
  const message = {
    op: "run",
    id,
    attempt: 0,
    hops: 0,
    ...(call === undefined ? {} : { call }),
    ...(token === undefined ? {} : { token }),
  } as const;
  return toTask(task, message, 0);
}
