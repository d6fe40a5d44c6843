import { derivedId } from "../../../src/aws/ids.ts";
import { submitMany } from "../../../src/submit/task.ts";
import { readTask } from "../../../src/core/define/check.ts";
import { loneTask } from "../../../src/core/canvas/plan.ts";
import type { Fault } from "../../../src/core/faults.ts";
import { invalidInput } from "../../../src/core/http/problem.ts";
import { BatchList } from "../../../src/core/http/requests.ts";
import type { TaskNode } from "../../../src/core/canvas/signature.ts";
import { refuseBacklog } from "../../../src/submit/backlog.ts";
import { type Operation, answer, parseBody } from "../http/request.ts";
import { contextOf, oncePerKey } from "./submission.ts";

/** `POST /tasks/batch`: runs up to 10,000 independent tasks. */
export const submitBatch: Operation = async (request, services) => {
  const read = parseBody(request, BatchList).tasks.map((value, index) =>
    readTask(value, ["tasks", index], services.registry),
  );
  const tasks = read.flatMap(({ node }) => node ?? []);
  const faults = [...read.flatMap((task) => task.faults), ...repeatedIds(read.map(({ node }) => node))];
  if (faults.length > 0) throw invalidInput(faults);
  const withIds = (seed: string): { id: string; node: TaskNode }[] =>
    tasks.map((node, index) => ({ node, id: node.options.task_id ?? derivedId(seed, String(index)) }));
  return oncePerKey(
    request,
    services,
    async (keyed) => {
      await refuseBacklog(
        services,
        tasks.map((node) => node.task),
      );
      await submitMany(
        services,
        withIds(keyed.seed).map(({ id, node }) => ({
          task: loneTask(id, node),
          context: { root: id, ...contextOf(request, keyed) },
        })),
      );
    },
    (keyed) => answer(202, { tasks: withIds(keyed.seed).map(({ id, node }) => ({ task_id: id, task: node.task })) }),
  );
};

function repeatedIds(tasks: readonly (TaskNode | null)[]): Fault[] {
  const seen = new Set<string>();
  return tasks.flatMap((task, index) => {
    const id = task?.options.task_id;
    if (id === undefined || !seen.has(id)) {
      if (id !== undefined) seen.add(id);
      return [];
    }
    return [{ path: `/tasks/${index}/options/task_id`, message: "is the id of an earlier task of this batch" }];
  });
}
