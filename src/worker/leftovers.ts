import { subscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import * as z from "zod";
import { type TaskRun, currentRun } from "./task-run.ts";

/**
 * How much keeps this process busy that is no socket: timers, immediates, files, child processes, servers. Sockets are
 * left out, for clients keep idle ones open for their next call (database drivers do so in a way that cannot be told
 * from one that is used); HTTP requests are counted by themselves.
 */
export function handles(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind !== "TCPSocketWrap" && kind !== "TLSWrap").length;
}

/**
 * Whether a task left work behind that would reach into the next one.
 * @param before the {@link handles} at its start.
 */
export function hasLeftovers(run: TaskRun, before: number): boolean {
  return run.requests.size > 0 || handles() > before;
}

const Undici = z.object({ request: z.custom<object>((value) => typeof value === "object" && value !== null) });
const Http = z.object({
  request: z.custom<ClientRequest>((value) => typeof value === "object" && value !== null && "once" in value),
});

/**
 * Counts the HTTP requests of each run that are under way, those of `fetch` and those of `node:http`, by Node's own
 * channels.
 */
export function watchRequests(): void {
  const byRequest = new WeakMap<object, TaskRun>();
  subscribe("undici:request:create", (message) => {
    const { request } = Undici.parse(message);
    const run = currentRun();
    if (run === null) return;
    byRequest.set(request, run);
    run.requests.add(request);
  });
  const over = (message: unknown): void => {
    const { request } = Undici.parse(message);
    byRequest.get(request)?.requests.delete(request);
  };
  subscribe("undici:request:trailers", over);
  subscribe("undici:request:error", over);
  subscribe("http.client.request.start", (message) => {
    const { request } = Http.parse(message);
    const run = currentRun();
    if (run === null) return;
    run.requests.add(request);
    request.once("close", () => run.requests.delete(request));
  });
}
