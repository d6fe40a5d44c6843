import { getHealth } from "./get-health.ts";
import { getOpenApi } from "./get-openapi.ts";
import { getOutput } from "./get-output.ts";
import { getRegistry } from "./get-registry.ts";
import { getTask } from "./get-task.ts";
import { createHandler } from "./handler.ts";
import { listQueues } from "./list-queues.ts";
import { listTasks } from "./list-tasks.ts";
import { listWorkflows } from "./list-workflows.ts";

/** The right to ask; also whatever is asked for in vain. */
export const handler = createHandler(
  {
    listTasks,
    getTask,
    getRegistry,
    listQueues,
    listWorkflows,
    getOutput,
    getHealth,
    getOpenApi,
  },
  "read",
);
