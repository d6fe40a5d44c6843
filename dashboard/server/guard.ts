import type { IncomingMessage } from "node:http";

/**
 * Why a request is not the dashboard's own, or null where it is. The server listens on the loopback interface alone, but every page that the user
 * visits can send requests there: one whose name was made to point to 127.0.0.1 (DNS rebinding) gives another Host, one that posts a form
 * or an image's URL (CSRF) another Origin or site.
 */
export function strangerOf({ headers, method }: IncomingMessage, port: number): string | null {
  const hosts = ["localhost", "127.0.0.1", "[::1]"].map((host) => `${host}:${port}`);
  if (!hosts.includes(headers.host ?? "")) return "This server answers to localhost and 127.0.0.1 only.";
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`))
    return "This server answers to its own page only.";
  const site = headers["sec-fetch-site"];
  // A link to the dashboard may stand anywhere; it opens the page, and reads nothing.
  const navigates = headers["sec-fetch-mode"] === "navigate" && method === "GET";
  if ((site === "cross-site" || site === "same-site") && !navigates) return "This server answers to its own page only.";
  return null;
}
