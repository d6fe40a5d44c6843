import type { Right } from "../record/caller.ts";

/** The function that serves a route: one for each right, so that each has the permissions of its right alone. */
export type ApiFunction = "submit" | "read" | "wait" | "operate";

/** What a caller needs for a function's routes. */
export const RIGHT_OF: Readonly<Record<ApiFunction, Exclude<Right, "all">>> = {
  submit: "submit",
  read: "read",
  wait: "read",
  operate: "operate",
};

/** One operation of the HTTP contract. */
export interface Route {
  /** The operation's name: its file in `functions/api`, and its id in the OpenAPI document. */
  readonly name: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** As API Gateway writes it: `/result/{task_id}`. */
  readonly path: string;
  readonly function: ApiFunction;
}

/**
 * Every route that is deployed. API Gateway, the functions' dispatch and the OpenAPI document are made from this list.
 */
export const ROUTES = [
  { name: "add", method: "POST", path: "/add", function: "submit" },
  { name: "testRequestInfo", method: "POST", path: "/test-request-info", function: "submit" },
  { name: "chain", method: "POST", path: "/chain", function: "submit" },
  { name: "group", method: "POST", path: "/group", function: "submit" },
  { name: "chord", method: "POST", path: "/chord", function: "submit" },
  { name: "canvas", method: "POST", path: "/canvas", function: "submit" },
  { name: "submitTask", method: "POST", path: "/tasks", function: "submit" },
  { name: "submitBatch", method: "POST", path: "/tasks/batch", function: "submit" },
  { name: "runWorkflow", method: "POST", path: "/workflows/{name}", function: "submit" },
  { name: "submitDocument", method: "POST", path: "/documents", function: "submit" },
  { name: "createUpload", method: "POST", path: "/documents/uploads", function: "submit" },
  { name: "processUpload", method: "POST", path: "/documents/uploads/{id}/process", function: "submit" },
  { name: "getResult", method: "GET", path: "/result/{task_id}", function: "wait" },
  { name: "listTasks", method: "GET", path: "/tasks", function: "read" },
  { name: "getTask", method: "GET", path: "/tasks/{task_id}", function: "read" },
  { name: "forgetTask", method: "DELETE", path: "/tasks/{task_id}", function: "operate" },
  { name: "revokeTask", method: "POST", path: "/tasks/{task_id}/revoke", function: "operate" },
  { name: "retryTask", method: "POST", path: "/tasks/{task_id}/retry", function: "operate" },
  { name: "redriveQueue", method: "POST", path: "/queues/{name}/redrive", function: "operate" },
  { name: "purgeQueue", method: "POST", path: "/queues/{name}/purge", function: "operate" },
  { name: "actOnMany", method: "POST", path: "/tasks/bulk", function: "operate" },
  { name: "listSchedules", method: "GET", path: "/schedules", function: "read" },
  { name: "runSchedule", method: "POST", path: "/schedules/{name}/run", function: "operate" },
  { name: "pauseSchedule", method: "POST", path: "/schedules/{name}/pause", function: "operate" },
  { name: "resumeSchedule", method: "POST", path: "/schedules/{name}/resume", function: "operate" },
  { name: "getRegistry", method: "GET", path: "/registry", function: "read" },
  { name: "searchTasks", method: "GET", path: "/search", function: "read" },
  { name: "getLive", method: "GET", path: "/live", function: "read" },
  { name: "listCanvases", method: "GET", path: "/canvases", function: "read" },
  { name: "resumeCanvas", method: "POST", path: "/canvases/{task_id}/resume", function: "operate" },
  { name: "getNode", method: "GET", path: "/canvases/{task_id}/node", function: "read" },
  { name: "getCanvas", method: "GET", path: "/canvases/{task_id}", function: "read" },
  { name: "listMembers", method: "GET", path: "/canvases/{task_id}/members", function: "read" },
  { name: "listQueues", method: "GET", path: "/queues", function: "read" },
  { name: "listWorkflows", method: "GET", path: "/workflows", function: "read" },
  { name: "getInsights", method: "GET", path: "/insights", function: "read" },
  { name: "getHistory", method: "GET", path: "/history", function: "read" },
  { name: "getMetrics", method: "GET", path: "/metrics", function: "read" },
  { name: "getOutput", method: "GET", path: "/documents/{task_id}/output", function: "read" },
  { name: "getHealth", method: "GET", path: "/health", function: "read" },
  { name: "getDocs", method: "GET", path: "/docs", function: "read" },
  { name: "getOpenApi", method: "GET", path: "/openapi.json", function: "read" },
] as const satisfies readonly Route[];

/** The name of a route that is deployed. */
export type RouteName = (typeof ROUTES)[number]["name"];
