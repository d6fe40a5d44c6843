import type { RequestListener } from "node:http";
import { createDashboard } from "../dashboard/server/serve.ts";
import type { EmbeddedAws } from "embedded-aws";
import type { TaskLogs } from "./task-logs.ts";

/** What the names of the local stage's queues begin with. */
const QUEUE_PREFIX = "celeriac-local-";

/** The dashboard of a local run. Its page is built when somebody first looks at it. */
export function serveDashboard(embedded: EmbeddedAws, taskLogs: TaskLogs): RequestListener {
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
            .filter(([name]) => name.startsWith(QUEUE_PREFIX))
            .map(([name, age]) => [name.slice(QUEUE_PREFIX.length), age]),
        ),
    },
    async () => (await import("../dashboard/server/build.ts")).currentPage(),
  );
}
