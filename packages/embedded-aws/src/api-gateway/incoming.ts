import type { IncomingMessage } from "node:http";
import { normalizePath } from "./router.ts";

/** REST APIs take 10,240 bytes of request line and headers together. */
export const MAX_HEADER_BYTES = 10_240;

/** A request as API Gateway takes it apart, before it knows the method it is for. */
export interface Incoming {
  readonly httpMethod: string;
  /** The stage's part of the path, `/v1`; empty for one without, as a domain name of one's own may have it. */
  readonly base: string;
  /** Behind that as sent, without the query, repeated leading slashes made one. */
  readonly path: string;
  /** Behind that as sent, leading slashes and all. */
  readonly rawPath: string;
  readonly query: MultiMap | null;
  readonly headers: MultiMap;
  readonly host: string;
  readonly userAgent: string | null;
  readonly contentType: string | undefined;
  readonly accept: string | undefined;
  readonly sourceIp: string;
  readonly protocol: string;
}

/** Values by name, in the two forms that proxy events carry: the last one, and all of them. */
export interface MultiMap {
  readonly last: Readonly<Record<string, string>>;
  readonly all: Readonly<Record<string, readonly string[]>>;
}

/** Headers between client and gateway, or of the connection: API Gateway keeps them from integrations. */
const DROPPED = new Set([
  "connection",
  "content-length",
  "content-md5",
  "expect",
  "keep-alive",
  "max-forwards",
  "proxy-authenticate",
  "server",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "www-authenticate",
]);

/**
 * Takes a request apart; `traceId` is used unless the client sent an `X-Amzn-Trace-Id` of its own.
 * @param stage the stage's name, which a path may begin with
 */
export function takeApart(req: IncomingMessage, traceId: string, stage: string): Incoming {
  const url = req.url ?? "/";
  const mark = url.indexOf("?");
  const wholePath = pathOf(mark === -1 ? url : url.slice(0, mark));
  const base = wholePath === `/${stage}` || wholePath.startsWith(`/${stage}/`) ? `/${stage}` : "";
  const rawPath = wholePath.slice(base.length) || "/";
  const sourceIp = (req.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/u, "");
  return {
    httpMethod: req.method ?? "GET",
    base,
    path: normalizePath(rawPath),
    rawPath,
    query: mark === -1 ? null : parseQuery(url.slice(mark + 1)),
    headers: collectHeaders(req, sourceIp, traceId),
    host: req.headers.host ?? "",
    userAgent: req.headers["user-agent"] ?? null,
    contentType: req.headers["content-type"],
    accept: req.headers.accept,
    sourceIp,
    protocol: `HTTP/${req.httpVersion}`,
  };
}

/** The bytes of the request line and headers, as they count against MAX_HEADER_BYTES. */
export function headerBytes(req: IncomingMessage): number {
  let bytes = (req.method ?? "").length + (req.url ?? "").length + 12;
  for (const text of req.rawHeaders) bytes += text.length + 2;
  return bytes;
}

/** Finds a value by a name in any case; undefined where there is none. */
export function valueOf(values: MultiMap | null, name: string): string | undefined {
  if (values === null) return undefined;
  const exact = values.last[name];
  if (exact !== undefined) return exact;
  const wanted = name.toLowerCase();
  const found = Object.keys(values.last).find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : values.last[found];
}

/** A proxy-style request names a whole URL; only its path is for us. */
function pathOf(target: string): string {
  if (target.startsWith("/")) return target;
  const absolute = /^https?:\/\/[^/]*(?<path>\/.*)?$/iu.exec(target);
  return absolute === null ? target : (absolute.groups?.["path"] ?? "/");
}

/** Decoded, `+` as a space; what is not valid percent-encoding stays as it is. */
function parseQuery(text: string): MultiMap | null {
  const collected = new Collected();
  for (const [name, value] of new URLSearchParams(text)) collected.add(name, value);
  return collected.isEmpty ? null : collected;
}

function collectHeaders(req: IncomingMessage, sourceIp: string, traceId: string): MultiMap {
  const collected = new Collected();
  const spelling = new Map<string, string>();
  const { rawHeaders } = req;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const lower = name.toLowerCase();
    if (DROPPED.has(lower)) continue;
    // Repeats under another spelling belong to the first one.
    const known = spelling.get(lower);
    if (known === undefined) spelling.set(lower, name);
    collected.add(known ?? name, rawHeaders[index + 1] ?? "");
  }
  const forwarded = spelling.get("x-forwarded-for");
  const before = forwarded === undefined ? "" : `${collected.last[forwarded] ?? ""}, `;
  collected.replace(forwarded ?? "X-Forwarded-For", `${before}${sourceIp}`);
  collected.replace(spelling.get("x-forwarded-port") ?? "X-Forwarded-Port", String(req.socket.localPort ?? 443));
  collected.replace(spelling.get("x-forwarded-proto") ?? "X-Forwarded-Proto", "http");
  if (!spelling.has("x-amzn-trace-id")) collected.replace("X-Amzn-Trace-Id", traceId);
  return collected;
}

/** Objects without a prototype: a parameter called `__proto__` or `constructor` is a name like any other. */
class Collected implements MultiMap {
  readonly last: Record<string, string> = Object.create(null);
  readonly all: Record<string, string[]> = Object.create(null);
  isEmpty = true;

  add(name: string, value: string): void {
    this.isEmpty = false;
    this.last[name] = value;
    (this.all[name] ??= []).push(value);
  }

  replace(name: string, value: string): void {
    this.isEmpty = false;
    this.last[name] = value;
    this.all[name] = [value];
  }
}
