import { type Operation, answer } from "./http.ts";

/** `GET /queues`: how many messages each module's queue holds, and how many of its tasks are dead. */
export const listQueues: Operation = async (_request, runtime) => {
  const queues = await Promise.all(
    runtime.registry.modules().map(async (name) => {
      const [depth, dead] = await Promise.all([runtime.queues.depth(name), runtime.table.count("dead", "dead", name)]);
      return { name, ...depth, dead };
    }),
  );
  return answer(200, { queues });
};
