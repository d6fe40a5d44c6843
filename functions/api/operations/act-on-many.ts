import { actOnMany as act } from "../../../src/ask/bulk.ts";
import { derivedId } from "../../../src/aws/ids.ts";
import { loneTask } from "../../../src/core/canvas/plan.ts";
import { BulkBody } from "../../../src/core/http/requests.ts";
import type { TaskRecord } from "../../../src/core/record/record.ts";
import { forget } from "../../../src/end/forget.ts";
import { nodeToRetry } from "../../../src/end/retry.ts";
import { revoke } from "../../../src/end/revoke.ts";
import { beginRequest } from "../../../src/submit/idempotency.ts";
import { submitTask } from "../../../src/submit/task.ts";
import { scopeOf } from "../../../src/core/record/caller.ts";
import { type Operation, answer, parseBody } from "../http/request.ts";
import { contextOf } from "./submission.ts";

/**
 * `POST /tasks/bulk`: retries, revokes or forgets tasks by a filter, or by their ids. With an idempotency key a repeat
 * does again what does no harm: the ids of what is retried derive from the key, and others have ended.
 */
export const actOnMany: Operation = async (request, services) => {
  const body = parseBody(request, BulkBody);
  const keyed = await beginRequest(services.table, {
    key: request.idempotencyKey,
    scope: scopeOf(request.caller),
    path: request.path,
    body: request.body,
    now: services.now(),
  });
  const retry = async (record: TaskRecord): Promise<void> => {
    const id = derivedId(keyed.seed, record.id);
    const node = await nodeToRetry(services, record);
    const { owner } = record.call;
    await submitTask(services, loneTask(id, node), { root: id, ...contextOf(request, keyed), owner });
  };
  const actions: Readonly<Record<typeof body.action, (record: TaskRecord) => Promise<unknown>>> = {
    retry,
    revoke: (record) => revoke(services, { kind: "task", record }, body.terminate),
    forget: (record) => forget(services, record),
  };
  const told = await act(services, body, request.caller, actions[body.action]);
  await keyed.complete();
  return answer(200, told);
};
