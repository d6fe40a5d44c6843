import { getCanvas } from "./operations/get-canvas.ts";
import { getHealth } from "./operations/get-health.ts";
import { getInsights } from "./operations/get-insights.ts";
import { getLive } from "./operations/get-live.ts";
import { getMetrics } from "./operations/get-metrics.ts";
import { getOpenApi } from "./operations/get-openapi.ts";
import { getOutput } from "./operations/get-output.ts";
import { getRegistry } from "./operations/get-registry.ts";
import { getTask } from "./operations/get-task.ts";
import { createHandler } from "./http/handler.ts";
import { listMembers } from "./operations/list-members.ts";
import { listQueues } from "./operations/list-queues.ts";
import { listTasks } from "./operations/list-tasks.ts";
import { listWorkflows } from "./operations/list-workflows.ts";
import { searchTasks } from "./operations/search-tasks.ts";

/** The right to ask; also whatever is asked for in vain. */
export const handler = createHandler(
  {
    listTasks,
    getTask,
    searchTasks,
    getLive,
    getCanvas,
    listMembers,
    getRegistry,
    listQueues,
    listWorkflows,
    getInsights,
    getMetrics,
    getOutput,
    getHealth,
    getOpenApi,
  },
  "read",
);
