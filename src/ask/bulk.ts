import type { Services } from "../aws/services.ts";
import type { BulkAnswer } from "../core/http/answer-schemas.ts";
import { Problem } from "../core/http/problem.ts";
import type { BulkRequest } from "../core/http/requests.ts";
import { hasTerms, termsOf } from "../core/http/search.ts";
import { inParallel } from "../core/parallel.ts";
import { type Caller, mayAccess } from "../core/record/caller.ts";
import type { TaskRecord } from "../core/record/record.ts";
import { isFinal } from "../core/record/states.ts";
import { type TaskPage, listTasks } from "./list.ts";

/** Refusals that an answer names. */
const MAX_REFUSALS = 100;

/** What is done with one task. @throws Problem where it cannot be done. */
type Act = (record: TaskRecord) => Promise<unknown>;

/**
 * Does one thing with many tasks: those that a filter finds, newest first, or those that are named. What an action is
 * not for is not counted: retry takes what failed or was revoked, revoke what has not ended, forget what has.
 */
export async function actOnMany(
  services: Services,
  request: BulkRequest,
  caller: Caller,
  act: Act,
): Promise<BulkAnswer> {
  const { action, dry_run: dryRun } = request;
  const page = await tasksOf(services, request, caller);
  const refused: BulkAnswer["refused"] = [];
  let done = 0;
  if (!dryRun)
    await inParallel(page.records, async (record) => {
      try {
        await act(record);
        done += 1;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (refused.length < MAX_REFUSALS) refused.push({ task_id: record.id, detail: error.message });
      }
    });
  const { searched, cursor } = page;
  return { action, dry_run: dryRun, matched: page.records.length, done, refused, searched, cursor };
}

async function tasksOf(services: Services, request: BulkRequest, caller: Caller): Promise<TaskPage> {
  const fits = (record: TaskRecord): boolean => isFor(request.action, record);
  if (request.task_ids !== undefined) {
    const records = await services.tasks.getMany(request.task_ids, services.now(), { consistent: true });
    const mine = records.filter((record) => mayAccess(caller, record.call.owner) && fits(record));
    return { records: mine, searched: request.task_ids.length, cursor: null };
  }
  const { text = "", ...filter } = request.filter ?? {};
  const terms = termsOf(text);
  const query = { ...filter, limit: request.limit, cursor: request.cursor };
  return listTasks(services, query, caller, (record) => fits(record) && hasTerms(record, terms));
}

function isFor(action: BulkRequest["action"], { status }: TaskRecord): boolean {
  if (action === "revoke") return !isFinal(status);
  return action === "forget" ? isFinal(status) : status === "FAILURE" || status === "REVOKED";
}
