import { getCanvas } from "./get-canvas.ts";
import { getHealth } from "./get-health.ts";
import { getInsights } from "./get-insights.ts";
import { getLive } from "./get-live.ts";
import { getMetrics } from "./get-metrics.ts";
import { getOpenApi } from "./get-openapi.ts";
import { getOutput } from "./get-output.ts";
import { getRegistry } from "./get-registry.ts";
import { getTask } from "./get-task.ts";
import { createHandler } from "./handler.ts";
import { listMembers } from "./list-members.ts";
import { listQueues } from "./list-queues.ts";
import { listTasks } from "./list-tasks.ts";
import { listWorkflows } from "./list-workflows.ts";
import { searchTasks } from "./search-tasks.ts";

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
