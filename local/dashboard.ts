import type { RequestListener } from "node:http";
import { createDashboard } from "../dashboard/server/serve.ts";
import type { EmbeddedAws } from "embedded-aws";
import type { TaskLogs } from "./task-logs.ts";

/**
 * The dashboard of a local run. Its page is read, or built, when somebody first looks at it.
 * @param prefix of the app's names
 */
export function serveDashboard(embedded: EmbeddedAws, taskLogs: TaskLogs, prefix: string): RequestListener {
  const queues = `${prefix}-local-`;
  return createDashboard(
    {
      stage: "local",
      call: ({ method, path, headers, body }) =>
        fetch(embedded.apiUrl + path, {
          method,
          headers,
          redirect: "manual",
          ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
        }),
      logs: async ({ taskId }) => ({ lines: taskLogs.of(taskId), more: false }),
      ages: async () =>
        Object.fromEntries(
          Object.entries(embedded.ages())
            .filter(([name]) => name.startsWith(queues))
            .map(([name, age]) => [name.slice(queues.length), age]),
        ),
    },
    async () => (await import("../dashboard/server/page.ts")).currentPage(),
  );
}
