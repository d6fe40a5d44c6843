import { randomUUID } from "node:crypto";
import type { Request } from "../core/define/self.ts";
import type { AnyTask } from "../core/define/task.ts";

/** The request of a lone task that came over HTTP, with what a test wants otherwise. */
export function requestOf(
  task: AnyTask,
  [args, kwargs]: readonly [readonly unknown[], Readonly<Record<string, unknown>>],
  given: Partial<Request>,
): Request {
  const { timeLimit, softTimeLimit, maxRetries, ignoreResult } = task.options;
  const id = given.id ?? randomUUID();
  const hard = given.timeLimit ?? timeLimit;
  const soft = given.softTimeLimit === undefined ? softTimeLimit : given.softTimeLimit;
  return {
    id,
    task: task.name,
    args,
    kwargs,
    retries: 0,
    group: null,
    groupIndex: null,
    rootId: id,
    parentId: null,
    correlationId: id,
    messageId: randomUUID(),
    receiveCount: 1,
    firstReceivedAt: null,
    sentAt: null,
    queue: task.module,
    hostname: "test",
    functionName: "test",
    logStream: "",
    awsRequestId: randomUUID(),
    eta: null,
    expires: null,
    timeLimit: hard,
    softTimeLimit: soft,
    timelimit: [hard, soft],
    maxRetries,
    headers: {},
    origin: "test",
    priority: null,
    ignoreResult,
    replacedTaskNesting: 0,
    deliveryInfo: { routingKey: task.module, priority: null, redelivered: false },
    isEager: false,
    calledDirectly: false,
    ...given,
  };
}
