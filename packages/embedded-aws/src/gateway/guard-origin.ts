import type { IncomingMessage, RequestListener } from "node:http";

/** Says why a request is refused; null where it may pass. */
export type OriginGuard = (req: IncomingMessage) => string | null;

/** Whose requests a server takes, besides those of programs, which name no origin, and of pages on this machine. */
export interface OriginRules {
  /** Origins of other pages that may call, such as `https://app.example.com`. Default: none. */
  readonly origins?: () => Iterable<string>;
  /**
   * True where a foreign page's GET, HEAD and OPTIONS are served: what it may read of them is for the answer's CORS
   * headers to say. Default: false.
   */
  readonly strangersMayAsk?: boolean;
  /**
   * True for a server that answers to its own page alone: another port of this machine is foreign, too. Default: false.
   */
  readonly ownPageOnly?: boolean;
}

/** Methods that change nothing. */
const ASKING = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Keeps foreign pages from a developer's machine. A server on the loopback interface is reached by every page that the
 * user visits: by one whose name was made to point to 127.0.0.1 (DNS rebinding), which comes with another Host, and by
 * one that posts a form or fetches without asking for the answer (CSRF), which comes with another Origin or with
 * Sec-Fetch-Site. Programs send none of these.
 */
export function createOriginGuard(rules: OriginRules = {}): OriginGuard {
  return rules.ownPageOnly === true ? ownPageGuard : (req) => strangerOf(req, rules);
}

function strangerOf({ headers, method = "GET" }: IncomingMessage, rules: OriginRules): string | null {
  const origins = (): readonly string[] => [...(rules.origins?.() ?? [])];
  const host = nameOf(headers.host ?? "");
  if (!isLocal(host) && !origins().some((origin) => hostOf(origin) === host)) {
    return `This server answers to localhost, *.localhost, 127.0.0.1 and [::1], not to ${JSON.stringify(headers.host ?? "")}.`;
  }
  if (rules.strangersMayAsk === true && ASKING.has(method)) return null;
  const { origin } = headers;
  if (origin !== undefined && !isLocal(hostOf(origin)) && !origins().includes(origin)) {
    return `Pages of ${JSON.stringify(origin)} may not call this server. The stage's corsOrigins name those that may.`;
  }
  const crossSite = headers["sec-fetch-site"] === "cross-site" && !ASKING.has(method);
  // A page that is named has been let in by its origin.
  if (crossSite && origin === undefined) return "Another site's page may not change anything here.";
  return null;
}

const OWN = "This server answers to its own page only.";

function ownPageGuard({ headers, method, socket }: IncomingMessage): string | null {
  const hosts = ["localhost", "127.0.0.1", "[::1]"].map((host) => `${host}:${socket.localPort}`);
  if (!hosts.includes(headers.host ?? "")) return "This server answers to localhost and 127.0.0.1 only.";
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) return OWN;
  const site = headers["sec-fetch-site"];
  // A link to the page may stand anywhere; it opens the page, and reads nothing.
  const navigates = headers["sec-fetch-mode"] === "navigate" && method === "GET";
  return (site === "cross-site" || site === "same-site") && !navigates ? OWN : null;
}

/**
 * A handler that is asked only what the guard lets pass; the rest is a 403 with the reason, as problem+json (RFC 9457).
 */
export function guarded(guard: OriginGuard, handler: RequestListener): RequestListener {
  return (req, res) => {
    const detail = guard(req);
    if (detail === null) return handler(req, res);
    const body = JSON.stringify({ type: "about:blank", title: "Forbidden", status: 403, code: "foreign_page", detail });
    // What is left of the request is not read, so the connection ends.
    res.writeHead(403, { "content-type": "application/problem+json", connection: "close" }).end(body);
  };
}

/** The name in a Host header, in lower case, without the port. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, "");
}

/** The name in an origin; empty for `null` and what is no origin. */
function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname : "";
}

function isLocal(name: string): boolean {
  return name === "localhost" || name === "127.0.0.1" || name === "[::1]" || name.endsWith(".localhost");
}
