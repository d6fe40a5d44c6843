import { request } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { createOriginGuard } from "../../src/gateway/guard-origin.ts";
import type { OriginRules } from "../../src/gateway/guard-origin.ts";
import { openFront } from "../../src/gateway/listen.ts";
import { startRun } from "../support/run.ts";

type Headers = Readonly<Record<string, string>>;

/** Sends headers that fetch would set itself. */
function ask(url: string, headers: Headers, method = "POST"): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url.replace("localhost", "127.0.0.1"), { method, headers }, (answer) => {
      text(answer).then((body) => resolve({ status: answer.statusCode ?? 0, body }), reject);
    });
    sent.on("error", reject).end();
  });
}

async function startFront(rules?: OriginRules): Promise<string> {
  const front = await openFront(0, "port", rules && createOriginGuard(rules));
  front.serve((_req, res) => void res.end("served"));
  onTestFinished(() => front.close());
  return front.url;
}

describe("a server on a developer's machine", () => {
  it.each<[string, Headers]>([
    ["a program", {}],
    ["a name of this machine", { host: "localhost:4566" }],
    ["a name below localhost", { host: "files.localhost:4566" }],
    ["an address", { host: "127.0.0.1" }],
    ["an address of IPv6", { host: "[::1]:8000" }],
    ["a page on another port", { origin: "http://localhost:5173", "sec-fetch-site": "same-site" }],
    ["a page below localhost", { origin: "http://app.localhost", "sec-fetch-site": "cross-site" }],
  ])("serves %s", async (_who, headers) => {
    expect(await ask(await startFront(), headers)).toEqual({ status: 200, body: "served" });
  });

  it.each<[string, Headers, string]>([
    ["a name that was made to point here", { host: "evil.example:8000" }, "evil.example"],
    ["a name that begins like this machine's", { host: "localhost.evil.example" }, "localhost.evil.example"],
    ["a foreign page", { origin: "https://evil.example" }, "https://evil.example"],
    ["a page whose origin is hidden", { origin: "null" }, "null"],
    ["a page that looks local", { origin: "https://localhost.evil.example" }, "localhost.evil.example"],
    ["a foreign form", { "sec-fetch-site": "cross-site" }, "Another site"],
  ])("refuses %s, and says why", async (_who, headers, reason) => {
    const { status, body } = await ask(await startFront(), headers);
    expect({ status, problem: JSON.parse(body) }).toEqual({
      status: 403,
      problem: expect.objectContaining({ status: 403, detail: expect.stringContaining(reason) }),
    });
  });

  it("serves a link from anywhere", async () => {
    expect((await ask(await startFront(), { "sec-fetch-site": "cross-site" }, "GET")).status).toBe(200);
  });

  it("serves pages that are named, under their own host as well", async () => {
    const url = await startFront({ origins: () => ["https://app.example.com"] });
    expect((await ask(url, { origin: "https://app.example.com", "sec-fetch-site": "cross-site" })).status).toBe(200);
    expect((await ask(url, { host: "app.example.com" })).status).toBe(200);
    expect((await ask(url, { origin: "https://app.example.com.evil.example" })).status).toBe(403);
  });

  it("lets foreign pages ask, and change nothing, where its answers say who may read them", async () => {
    const url = await startFront({ strangersMayAsk: true });
    const stranger = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    for (const method of ["GET", "OPTIONS"]) expect((await ask(url, stranger, method)).status).toBe(200);
    for (const method of ["POST", "PUT", "DELETE", "PATCH"])
      expect((await ask(url, stranger, method)).status).toBe(403);
    expect((await ask(url, { host: "evil.example" }, "GET")).status).toBe(403);
  });
});

it("the local AWS lets in the origins of its buckets' CORS rules, for as long as they are deployed", async () => {
  const CorsRules = [{ AllowedOrigins: ["https://app.example.com", "*"], AllowedMethods: ["GET"] }];
  const Properties = { BucketName: "files", CorsConfiguration: { CorsRules } };
  const run = await startRun({ B: { Type: "AWS::S3::Bucket", Properties } });
  const status = async (origin: string): Promise<number> => (await ask(run.embedded.awsUrl, { origin })).status;
  expect(await status("https://app.example.com")).not.toBe(403);
  expect(await status("https://evil.example")).toBe(403);
  await run.deploy({ B: { Type: "AWS::S3::Bucket", Properties: { BucketName: "files" } } });
  expect(await status("https://app.example.com")).toBe(403);
});
