import type { Services } from "../aws/services.ts";
import type { QueueCounts } from "../core/http/answer-schemas.ts";

/** The numbers of every module's queue. Each costs a request to SQS and a read of the table. */
export function countQueues(services: Services): Promise<QueueCounts[]> {
  return Promise.all(
    services.registry.modules().map(async (name) => {
      const [depth, dead] = await Promise.all([
        services.queues.depth(name),
        services.table.count("dead", "dead", name),
      ]);
      return { name, ...depth, dead };
    }),
  );
}
