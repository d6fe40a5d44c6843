import { createHash } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { ApiCall } from "../../src/client/call.ts";
import type { LogReader } from "../../remote/logs.ts";
import type { Page, PageFile } from "./page.ts";
import { createOriginGuard } from "embedded-aws";

/** Where the dashboard's data come from: a stage, or the local run. */
export interface Source {
  /** As the page shows it: `local`, `prod`. */
  readonly stage: string;
  /** Sends a request to the API. */
  readonly call: (call: ApiCall) => Promise<Response>;
  /** The lines that a task has logged, oldest first, and whether there are more; null where they are not to be had. */
  readonly logs: LogReader | null;
  /** Seconds for which each queue's oldest message has waited; null where that is not to be had. */
  readonly ages: ((queues: readonly string[]) => Promise<Readonly<Record<string, number>>>) | null;
}

/** Headers of a request that go on to the API, and of an answer that come back. */
const REQUEST_HEADERS = ["content-type", "accept", "idempotency-key", "x-correlation-id"];
const ANSWER_HEADERS = ["content-type", "location", "retry-after", "x-correlation-id"];

/** Queues whose ages are told: what GetMetricData takes at once. */
const MAX_QUEUES = 500;

/**
 * Nothing is loaded from elsewhere and nothing inline is run. Styles are set by script through the CSSOM, which the
 * policy allows.
 */
const SECURITY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Serves the page, what it asks of the API under `/v1`, and under `/source` what only this machine can tell: the stage,
 * logs, ages.
 * @param page is called for each visit; it may build the page.
 */
export function createDashboard(source: Source, page: () => Promise<Page>): RequestListener {
  return (req, res) => {
    serve(req, res, source, page).catch((error: unknown) => {
      if (res.headersSent) return void res.destroy();
      const detail = error instanceof Error ? error.message : String(error);
      sendProblem(res, 502, `The dashboard's server could not answer: ${detail}`);
    });
  };
}

const guard = createOriginGuard({ ownPageOnly: true });

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  source: Source,
  page: () => Promise<Page>,
): Promise<void> {
  const stranger = guard(req);
  if (stranger !== null) return sendProblem(res, 403, stranger);
  const url = new URL(req.url ?? "/", "http://localhost");
  if (url.pathname.startsWith("/v1/")) return forward(req, res, source, url);
  if (url.pathname === "/source") {
    const { stage, logs, ages } = source;
    return sendJson(res, { stage, logs: logs !== null, ages: ages !== null });
  }
  if (url.pathname === "/source/logs") return sendJson(res, await logsOf(source, url.searchParams));
  if (url.pathname === "/source/ages") {
    const queues = (url.searchParams.get("queues") ?? "").split(",").filter((name) => /^[\w-]{1,64}$/.test(name));
    return sendJson(res, { ages: (await source.ages?.(queues.slice(0, MAX_QUEUES))) ?? null });
  }
  const file = (await page()).get(url.pathname);
  if (file === undefined) return sendProblem(res, 404, "There is nothing at this path.");
  sendFile(req, res, file);
}

async function logsOf(source: Source, query: URLSearchParams): Promise<unknown> {
  const time = (name: string): number | null => {
    const value = Date.parse(query.get(name) ?? "");
    return Number.isNaN(value) ? null : value;
  };
  const request = { task: query.get("task") ?? "", taskId: query.get("task_id") ?? "" };
  const known = /^[a-z][\w-]*\.\w+$/.test(request.task) && /^[0-9a-f-]{36}$/.test(request.taskId);
  if (!known || source.logs === null) return { lines: null, more: false };
  return source.logs({ ...request, from: time("from") ?? 0, to: time("to") });
}

async function forward(req: IncomingMessage, res: ServerResponse, source: Source, url: URL): Promise<void> {
  const headers = Object.fromEntries(
    REQUEST_HEADERS.flatMap((name) => {
      const value = req.headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
  const path = url.pathname.slice("/v1".length) + url.search;
  const answer = await source.call({ method: req.method ?? "GET", path, headers, body: await buffer(req) });
  const back = ANSWER_HEADERS.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  res.writeHead(answer.status, { ...SECURITY, "cache-control": "no-store", ...Object.fromEntries(back) });
  res.end(Buffer.from(await answer.arrayBuffer()));
}

function sendFile(req: IncomingMessage, res: ServerResponse, file: PageFile): void {
  const tag = tagOf(file);
  const accepted = req.headers["accept-encoding"] ?? "";
  const encoding = /\bbr\b/.test(accepted) ? "br" : /\bgzip\b/.test(accepted) ? "gzip" : null;
  const headers = {
    ...SECURITY,
    "content-type": file.type,
    "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    vary: "accept-encoding",
    etag: tag,
  };
  if (req.headers["if-none-match"] === tag) return void res.writeHead(304, headers).end();
  const body = encoding === "br" ? file.brotli : encoding === "gzip" ? file.gzip : file.plain;
  res.writeHead(200, encoding === null ? headers : { ...headers, "content-encoding": encoding });
  res.end(req.method === "HEAD" ? undefined : body);
}

/** What tells that a file of the page has changed. */
function tagOf(file: PageFile): string {
  return `"${createHash("sha256").update(file.plain).digest("base64url").slice(0, 16)}"`;
}

function sendJson(res: ServerResponse, value: unknown): void {
  res.writeHead(200, { ...SECURITY, "cache-control": "no-store", "content-type": "application/json" });
  res.end(JSON.stringify(value));
}

/** As the API refuses requests. */
function sendProblem(res: ServerResponse, status: number, detail: string): void {
  const title = status === 403 ? "Forbidden" : status === 404 ? "Not Found" : "Bad Gateway";
  res.writeHead(status, { ...SECURITY, "cache-control": "no-store", "content-type": "application/problem+json" });
  res.end(JSON.stringify({ type: "about:blank", title, status, detail }));
}
