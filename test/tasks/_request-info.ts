import type { Request } from "celeriac";

/** The request context as the HTTP contract gives it. */
export function requestInfo(request: Request): Record<string, unknown> {
  return {
    task_id: request.id,
    task_name: request.task,
    retries: request.retries,
    args: request.args,
    kwargs: request.kwargs,
    group: request.group,
    group_index: request.groupIndex,
    root_id: request.rootId,
    parent_id: request.parentId,
    correlation_id: request.correlationId,
    message_id: request.messageId,
    receive_count: request.receiveCount,
    sent_at: request.sentAt,
    queue: request.queue,
    hostname: request.hostname,
    eta: request.eta,
    expires: request.expires,
    time_limit: request.timeLimit,
    soft_time_limit: request.softTimeLimit,
    headers: request.headers,
    origin: request.origin,
  };
}
