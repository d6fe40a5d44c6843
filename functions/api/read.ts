import { getCanvas } from "./operations/get-canvas.ts";
import { getDocs } from "./operations/get-docs.ts";
import { getHealth } from "./operations/get-health.ts";
import { getHistory } from "./operations/get-history.ts";
import { getInsights } from "./operations/get-insights.ts";
import { getLive } from "./operations/get-live.ts";
import { getMetrics } from "./operations/get-metrics.ts";
import { getNode } from "./operations/get-node.ts";
import { getOpenApi } from "./operations/get-openapi.ts";
import { getOutput } from "./operations/get-output.ts";
import { getRegistry } from "./operations/get-registry.ts";
import { getTask } from "./operations/get-task.ts";
import { createHandler } from "./http/handler.ts";
import { listCanvases } from "./operations/list-canvases.ts";
import { listMembers } from "./operations/list-members.ts";
import { listQueues } from "./operations/list-queues.ts";
import { listSchedules } from "./operations/schedules.ts";
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
    listCanvases,
    getCanvas,
    getNode,
    listMembers,
    getRegistry,
    listQueues,
    listSchedules,
    listWorkflows,
    getHistory,
    getInsights,
    getMetrics,
    getOutput,
    getHealth,
    getOpenApi,
    getDocs,
  },
  "read",
);
