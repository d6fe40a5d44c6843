import { type IncomingMessage, type RequestListener, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { AwsV4Signer } from "aws4fetch";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Source, createDashboard } from "../../../dashboard/server/serve.ts";
import { lineOf } from "../../../remote/logs.ts";
import { type ApiCall, createCaller } from "../../../src/client/call.ts";

/** A server on a free port that ends with its test. */
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A dashboard whose API answers what it was called with. */
async function startDashboard(change: Partial<Source> = {}): Promise<{ port: number; calls: ApiCall[] }> {
  const calls: ApiCall[] = [];
  const source: Source = {
    stage: "test",
    call: async (call) => {
      calls.push(call);
      return Response.json({ ok: true }, { status: 202, headers: { location: "/result/1", "set-cookie": "a=b" } });
    },
    logs: null,
    ages: null,
    ...change,
  };
  const file = {
    type: "text/html",
    plain: Buffer.from("<p>"),
    gzip: Buffer.from("z"),
    brotli: Buffer.from("b"),
    immutable: false,
  };
  const port = await serve(createDashboard(source, async () => new Map([["/", file]])));
  return { port, calls };
}

/** A request with headers that fetch would set itself. */
function ask(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
  body = "",
): Promise<{ status: number; headers: IncomingMessage["headers"]; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, path, method, headers: { host: `localhost:${port}`, ...headers } },
      (answer) => {
        text(answer).then(
          (read) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text: read }),
          reject,
        );
      },
    );
    sent.on("error", reject).end(body);
  });
}

describe("the dashboard's server", () => {
  it("answers under the names of this machine only, so that no page reaches it by a name of its own", async () => {
    const { port, calls } = await startDashboard();
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`])
      expect((await ask(port, "/v1/tasks", { host })).status).toBe(202);
    for (const host of ["evil.example", `evil.example:${port}`, "localhost", `localhost.evil.example:${port}`])
      expect((await ask(port, "/v1/tasks", { host })).status).toBe(403);
    expect(calls).toHaveLength(2);
  });

  it("answers to its own page only, so that no other site posts or reads in the user's name", async () => {
    const { port, calls } = await startDashboard();
    const refused = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `http://localhost:${port + 1}` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors" },
    ];
    for (const headers of refused) expect((await ask(port, "/v1/tasks", headers, "POST", "{}")).status).toBe(403);
    expect(calls).toEqual([]);
    const own = { origin: `http://localhost:${port}`, "sec-fetch-site": "same-origin" };
    expect((await ask(port, "/v1/tasks", own, "POST", "{}")).status).toBe(202);
    expect((await ask(port, "/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).status).toBe(200);
  });

  it("lets the page load and run nothing that is not its own", async () => {
    const { port } = await startDashboard();
    const { headers } = await ask(port, "/");
    expect(headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });

  it("sends files in the form that the browser takes, and once", async () => {
    const { port } = await startDashboard();
    expect((await ask(port, "/")).text).toBe("<p>");
    expect(await ask(port, "/", { "accept-encoding": "gzip, br" })).toMatchObject({
      text: "b",
      headers: { "content-encoding": "br" },
    });
    const { headers } = await ask(port, "/");
    expect((await ask(port, "/", { "if-none-match": headers.etag ?? "" })).status).toBe(304);
    expect((await ask(port, "/app.js")).status).toBe(404);
  });

  it("passes requests on to the API without the version, with their body and few headers, and answers alike", async () => {
    const { port, calls } = await startDashboard();
    const sent = {
      "content-type": "application/json",
      "idempotency-key": "k",
      cookie: "secret",
      authorization: "secret",
    };
    const answer = await ask(port, "/v1/tasks?limit=5&text=a%20b", sent, "POST", '{"task":"x"}');
    expect(calls).toEqual([
      {
        method: "POST",
        path: "/tasks?limit=5&text=a%20b",
        headers: { "content-type": "application/json", "idempotency-key": "k" },
        body: Buffer.from('{"task":"x"}'),
      },
    ]);
    expect(answer).toMatchObject({
      status: 202,
      text: '{"ok":true}',
      headers: { location: "/result/1", "cache-control": "no-store" },
    });
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("tells why the API could not be reached", async () => {
    const { port } = await startDashboard({ call: () => Promise.reject(new Error("no way there")) });
    expect(await ask(port, "/v1/tasks")).toMatchObject({
      status: 502,
      headers: { "content-type": "application/problem+json" },
    });
  });

  it("reads logs for ids and names of tasks only", async () => {
    const asked: unknown[] = [];
    const logs: Source["logs"] = async (wanted) => {
      asked.push(wanted);
      return { lines: [], more: false };
    };
    const { port } = await startDashboard({ logs });
    const id = "0b9c2f0e-0000-4000-8000-000000000001";
    await ask(port, `/source/logs?task=math.add&task_id=${id}&from=2026-11-22T00:00:00Z`);
    expect(asked).toEqual([{ task: "math.add", taskId: id, from: Date.parse("2026-11-22T00:00:00Z"), to: null }]);
    await ask(port, `/source/logs?task=${encodeURIComponent("../x")}&task_id=${id}`);
    await ask(port, `/source/logs?task=math.add&task_id=${encodeURIComponent('" || $.x = "')}`);
    expect(asked).toHaveLength(1);
  });
});

describe("a request to a stage", () => {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "session" };

  /** A stage that keeps what it is sent. */
  async function startStage(): Promise<{
    url: string;
    got: { path: string; headers: IncomingMessage["headers"]; body: string }[];
  }> {
    const got: { path: string; headers: IncomingMessage["headers"]; body: string }[] = [];
    const port = await serve((req, res) => {
      text(req).then(
        (body) => {
          got.push({ path: req.url ?? "", headers: req.headers, body });
          return res.end("{}");
        },
        () => res.destroy(),
      );
    });
    return { url: `http://127.0.0.1:${port}/v1`, got };
  }

  const call = {
    method: "POST",
    path: "/tasks?a=b%20c",
    headers: { "content-type": "application/json" },
    body: Buffer.from("{}"),
  };

  it("bears a signature of its path, body and session that AWS would compute the same", async () => {
    const { url, got } = await startStage();
    await createCaller(url, { kind: "signature", credentials: async () => credentials, region: "eu-west-1" })(call);
    const [sent] = got;
    const signer = new AwsV4Signer({
      ...credentials,
      url: url + call.path,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Uint8Array(call.body),
      service: "execute-api",
      region: "eu-west-1",
      datetime: String(sent?.headers["x-amz-date"]),
    });
    expect(sent).toMatchObject({
      path: "/v1/tasks?a=b%20c",
      body: "{}",
      headers: { "x-amz-security-token": "session" },
    });
    expect(sent?.headers.authorization).toBe(await signer.authHeader());
  });

  it("bears a token or a key where the stage asks for one", async () => {
    const { url, got } = await startStage();
    await createCaller(url, { kind: "token", token: "t" })(call);
    await createCaller(url, { kind: "key", key: "k" })({ ...call, body: Buffer.alloc(0) });
    expect(got.map(({ headers }) => [headers.authorization, headers["x-api-key"]])).toEqual([
      ["Bearer t", undefined],
      [undefined, "k"],
    ]);
  });
});

describe("a line of CloudWatch Logs", () => {
  it("is read as the functions write it, or shown as it is", () => {
    const line = { level: "INFO", time: "2026-11-22T00:00:00.000Z", message: "attempt", task_id: "x", retries: 2 };
    expect(lineOf(JSON.stringify(line), 0)).toEqual({
      time: line.time,
      level: "INFO",
      message: "attempt",
      fields: { retries: 2 },
    });
    expect(lineOf("plain text\n", 0)).toEqual({
      time: "1970-01-01T00:00:00.000Z",
      level: "",
      message: "plain text",
      fields: {},
    });
  });
});
