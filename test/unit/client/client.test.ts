import { describe, expect, it } from "vitest";
import { type ClientOptions, RequestRefused, TaskFailed, TaskRevoked, Unreachable } from "../../../src/client/index.ts";
import { chain, connect, createClient, group, task } from "../../../src/client/index.ts";
import type { add } from "../../../functions/tasks/math.ts";

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

const ID = "00000000-0000-4000-8000-000000000001";
const SUBMITTED = { task_id: ID, root_id: ID, status: "PENDING", tasks: [] };

type Reply = { readonly status?: number; readonly json?: unknown; readonly headers?: Record<string, string> } | Error;

/** A client whose requests get these answers, one after the other; the last for all that come later. */
function clientWith(replies: readonly Reply[], options: Partial<ClientOptions> = {}) {
  const sent: Sent[] = [];
  const fetch: ClientOptions["fetch"] = async (url, init) => {
    const { pathname, search } = new URL(url);
    const body = init.body === undefined ? undefined : JSON.parse(await new Response(init.body).text());
    sent.push({ method: init.method ?? "", path: pathname + search, headers: new Headers(init.headers), body });
    init.signal?.throwIfAborted();
    const reply = replies[Math.min(sent.length, replies.length) - 1];
    if (reply === undefined || reply instanceof Error) throw reply ?? new Error("no answer");
    const { status = 200, json = {}, headers = {} } = reply;
    return new Response(JSON.stringify(json), { status, headers });
  };
  return { sent, client: createClient({ url: "https://api.example.com/v1/", fetch, ...options }) };
}

const record = (more: object): Reply => ({
  json: { kind: "task", task_id: ID, error: null, progress: null, retries: 0, result: null, ...more },
});

describe("a client", () => {
  it("sends a task by its name, and a canvas as a node", async () => {
    const { client, sent } = clientWith([{ status: 202, json: SUBMITTED }]);
    await client.delay("math.add", 1, 2);
    await client.apply("math.add", { args: [1, 2], countdown: 5, idempotencyKey: "k", correlationId: "c" });
    const sum = task<typeof add>("math.add");
    await client.apply(chain(sum.s(1, 2), group(sum.s(3), sum.s(4))), { priority: 3 });
    const node = { task: "math.add", args: [1, 2], kwargs: {}, immutable: false };
    expect(sent.map(({ method, path, body }) => [method, path, body])).toEqual([
      ["POST", "/v1/tasks", { ...node, options: {} }],
      ["POST", "/v1/tasks", { ...node, options: { countdown: 5 } }],
      [
        "POST",
        "/v1/canvas",
        {
          chain: [
            { ...node, options: { priority: 3 } },
            {
              group: [
                { ...node, args: [3], options: {} },
                { ...node, args: [4], options: {} },
              ],
            },
          ],
        },
      ],
    ]);
    expect(sent[1]?.headers.get("idempotency-key")).toBe("k");
    expect(sent[1]?.headers.get("x-correlation-id")).toBe("c");
  });

  it("says who asks by a token, a key or a signature", async () => {
    const ask = async (options: Partial<ClientOptions>): Promise<Headers | undefined> => {
      const { client, sent } = clientWith([{ status: 202, json: SUBMITTED }], options);
      await client.delay("math.add");
      return sent[0]?.headers;
    };
    expect((await ask({ token: async () => "fresh" }))?.get("authorization")).toBe("Bearer fresh");
    expect((await ask({ key: "secret" }))?.get("x-api-key")).toBe("secret");
    const credentials = { accessKeyId: "AKID", secretAccessKey: "s", sessionToken: "session" };
    const signed = await ask({ credentials, url: "https://a1.execute-api.eu-west-1.amazonaws.com/v1" });
    expect(signed?.get("authorization")).toMatch(/^AWS4-HMAC-SHA256 Credential=AKID\/\d+\/eu-west-1\/execute-api\//);
    expect(signed?.get("x-amz-security-token")).toBe("session");
    await expect(ask({ credentials })).rejects.toThrow('give "region"');
  });

  it("says every fault of a refused request, with its place", async () => {
    const problem = {
      type: "urn:celeriac:problem:invalid_input",
      title: "Bad Request",
      status: 400,
      detail: "The request has a fault.",
      errors: [{ path: "/args/0", message: "is no number" }],
    };
    const { client, sent } = clientWith([{ status: 400, json: problem }]);
    const error = await client.delay("math.add", "x").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RequestRefused);
    expect(error).toMatchObject({ status: 400, code: "invalid_input", errors: problem.errors });
    expect(String(error)).toBe("RequestRefused: The request has a fault. (400) /args/0 is no number");
    expect(sent).toHaveLength(1);
  });

  it("sends a submission again where nothing can happen twice, and only there", async () => {
    const busy = { status: 429, headers: { "retry-after": "0" }, json: { message: "Too Many Requests" } };
    const done = { status: 202, json: SUBMITTED };
    const refused = clientWith([busy, done]);
    await refused.client.delay("math.add", 1, 2);
    expect(refused.sent).toHaveLength(2);

    const lost = clientWith([new TypeError("fetch failed"), done]);
    await expect(lost.client.delay("math.add", 1, 2)).rejects.toThrow(Unreachable);
    expect(lost.sent).toHaveLength(1);

    const keyed = clientWith([new TypeError("fetch failed"), { status: 503 }, done]);
    await keyed.client.apply("math.add", { args: [1, 2], idempotencyKey: "k" });
    expect(keyed.sent.map(({ headers }) => headers.get("idempotency-key"))).toEqual(["k", "k", "k"]);

    const later = clientWith([{ ...busy, headers: { "retry-after": "120" } }, done]);
    await expect(later.client.delay("math.add", 1, 2)).rejects.toMatchObject({ status: 429, retryAfter: 120 });
  });

  it("gives up after the attempts that it was given", async () => {
    const { client, sent } = clientWith([{ status: 503 }], { attempts: 2 });
    await expect(client.handle(ID).record()).rejects.toMatchObject({ status: 503, code: "http_503" });
    expect(sent).toHaveLength(2);
  });

  it("throws what a task threw, with its causes", async () => {
    const error = {
      type: "ExpectedError",
      message: "no",
      task_id: ID,
      cause: { type: "TypeError", message: "why", errors: [{ type: "RangeError", message: "one" }] },
    };
    const { client } = clientWith([record({ status: "FAILURE", error })]);
    const thrown = await client
      .handle(ID)
      .result()
      .catch((caught: unknown) => caught);
    expect(thrown).toBeInstanceOf(TaskFailed);
    expect(thrown).toMatchObject({
      type: "ExpectedError",
      message: "ExpectedError: no",
      taskId: ID,
      cause: { name: "TypeError", message: "why", errors: [{ name: "RangeError", message: "one" }] },
    });
    const revoked = clientWith([
      record({ status: "REVOKED", error: { type: "Expired", message: "late", task_id: ID } }),
    ]);
    await expect(revoked.client.handle(ID).result()).rejects.toBeInstanceOf(TaskRevoked);
  });

  it("tells each state once, until the end", async () => {
    const steps = [
      { status: "PENDING" },
      { status: "PENDING" },
      { status: "PROGRESS", progress: { current: 1, total: 2, message: null } },
      { status: "SUCCESS", result: 3 },
    ];
    const { client } = clientWith(steps.map(record));
    const seen: string[] = [];
    for await (const { status } of client.handle(ID)) seen.push(status);
    expect(seen).toEqual(["PENDING", "PROGRESS", "SUCCESS"]);
  });

  it("stops waiting where its signal aborts, or its time is over", async () => {
    const { client } = clientWith([record({ status: "STARTED" })]);
    await expect(client.handle(ID).result({ timeout: 0 })).rejects.toMatchObject({
      code: "result_timeout",
      status: "STARTED",
    });
    const reason = new Error("enough");
    await expect(client.handle(ID).result({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(client.handle(ID).states(AbortSignal.abort(reason)).next()).rejects.toBe(reason);
  });

  it("sends what canvases of this process submit, once it is connected", async ({ onTestFinished }) => {
    onTestFinished(() => connect(null));
    const { client, sent } = clientWith([{ status: 202, json: SUBMITTED }]);
    connect(client);
    const { taskId } = await group(task("math.add").s(1, 2)).delay();
    expect(taskId).toBe(ID);
    expect(sent[0]).toMatchObject({ path: "/v1/canvas", body: { group: [{ task: "math.add", args: [1, 2] }] } });
  });
});
