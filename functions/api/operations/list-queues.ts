import { countQueues } from "../../../src/ask/queues.ts";
import type { QueuesAnswer } from "../../../src/core/http/answer-schemas.ts";
import { type Operation, answer } from "../http/request.ts";

/** `GET /queues`: how many messages each module's queue holds, and how many of its tasks are dead. */
export const listQueues: Operation = async (_request, services) =>
  answer(200, { queues: await countQueues(services) } satisfies QueuesAnswer);
