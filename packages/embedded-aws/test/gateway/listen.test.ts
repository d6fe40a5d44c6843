import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { openFront } from "../../src/gateway/listen.ts";

async function front(): Promise<URL> {
  const opened = await openFront(0, "port");
  onTestFinished(() => opened.close());
  return new URL(opened.url);
}

/** What comes back over a connection that says this. */
async function answerTo(url: URL, said: string): Promise<string> {
  const socket = connect(Number(url.port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(said);
  return text(socket);
}

it("answers a problem, and when to try again, until something is deployed", async () => {
  const response = await fetch(await front());
  expect(response.status).toBe(503);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toMatchObject({ code: "starting", title: "Service Unavailable", status: 503 });
});

it.each([
  ["no HTTP at all", "hello\r\n\r\n", 400],
  ["an unknown version", "GET / HTTP/9.9\r\n\r\n", 400],
  ["a header that is none", "GET / HTTP/1.1\r\nno header\r\n\r\n", 400],
  ["two lengths", "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400],
  ["headers that never end", `GET / HTTP/1.1\r\nx: ${"x".repeat(300_000)}`, 431],
])("answers a problem to what is not to be read as HTTP: %s", async (_what, said, status) => {
  const [head = "", body = ""] = (await answerTo(await front(), said)).split("\r\n\r\n");
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(head).toContain("content-type: application/problem+json");
  expect(JSON.parse(body)).toMatchObject({ code: "unreadable", status, detail: expect.stringContaining("no HTTP") });
});
