import { derivedId } from "../../../src/aws/ids.ts";
import { submitMany } from "../../../src/submit/task.ts";
import { readTask, repeatedIds } from "../../../src/core/define/check.ts";
import { loneTask } from "../../../src/core/canvas/plan.ts";
import { invalidInput } from "../../../src/core/http/problem.ts";
import { BatchList } from "../../../src/core/http/requests.ts";
import type { TaskNode } from "../../../src/core/canvas/signature.ts";
import { refuseForeign } from "./named.ts";
import { refuseBacklog } from "../../../src/submit/backlog.ts";
import { type Operation, answer, parseBody } from "../http/request.ts";
import { contextOf, oncePerKey } from "./submission.ts";

/** `POST /tasks/batch`: runs up to 10,000 independent tasks. */
export const submitBatch: Operation = async (request, services) => {
  const read = parseBody(request, BatchList).tasks.map((value, index) =>
    readTask(value, ["tasks", index], services.registry),
  );
  const tasks = read.flatMap(({ node }) => node ?? []);
  const placed = read.flatMap(({ node }, index) => (node === null ? [] : [{ node, path: ["tasks", index] }]));
  const faults = [...read.flatMap((task) => task.faults), ...repeatedIds(placed, "this batch")];
  if (faults.length > 0) throw invalidInput(faults);
  await refuseForeign(request, services);
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
