import { type Server, createServer } from "node:http";
import { type CryptoKey, SignJWT, exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import {
  ListAnswer,
  LiveAnswer,
  SearchAnswer,
  SubmissionAnswer,
  UploadAnswer,
} from "../../src/core/http/answer-schemas.ts";
import { call, refused, submit, useApi } from "./support/api.ts";
import { celeriac } from "./support/command.ts";
import { type OwnStage, startStage } from "./support/stage.ts";

let stage: OwnStage | undefined;
const start = async (auth: unknown): Promise<void> => {
  stage = await startStage({ auth });
  useApi(stage.embedded.apiUrl);
};
const stop = async (): Promise<void> => {
  await stage?.stop();
};

type Headers = Record<string, string>;
const ids = (json: unknown): string[] => ListAnswer.parse(json).tasks.map((task) => task.task_id);

async function endedFor(id: string, headers: Headers): Promise<unknown> {
  const answer = await call("GET", `/result/${id}?wait=20`, undefined, headers);
  expect(answer.status).toBe(200);
  return answer.json;
}

/** What every kind of stage that asks who calls keeps apart. */
function keepsApart(first: () => Headers, second: () => Headers, everybody: () => Headers): void {
  test("a task is its submitter's: another gets 404 for it, whatever he asks", async () => {
    const { task_id: id } = await submit("/tasks", { task: "probe.fail" }, first());
    expect(await endedFor(id, first())).toMatchObject({ status: "FAILURE" });
    for (const path of [`/result/${id}`, `/tasks/${id}`, `/documents/${id}/output`, `/canvases/${id}`]) {
      expect((await refused(404, "GET", path, undefined, second())).status).toBe(404);
    }
    await refused(404, "POST", `/tasks/${id}/revoke`, {}, second());
    await refused(404, "POST", `/tasks/${id}/retry`, {}, second());
    await refused(404, "DELETE", `/tasks/${id}`, undefined, second());
    expect((await call("GET", `/tasks/${id}`, undefined, everybody())).status).toBe(200);
  });

  test("a canvas, its groups and what it starts are its submitter's", async () => {
    const link = { task: "math.add", args: [1] };
    const node = {
      group: [
        { task: "math.add", args: [1, 1], options: { link: [link] } },
        { task: "math.add", args: [2, 2] },
      ],
    };
    const { task_id: group, root_id: root } = await submit("/canvas", node, first());
    expect(await endedFor(group, first())).toMatchObject({ kind: "group", result: [2, 4] });
    await refused(404, "GET", `/result/${group}`, undefined, second());
    const mine = await call("GET", `/tasks?root_id=${root}`, undefined, first());
    expect(ids(mine.json)).toHaveLength(3);
    expect(ids((await call("GET", `/tasks?root_id=${root}`, undefined, second())).json)).toEqual([]);
    expect(ids((await call("GET", `/tasks?root_id=${root}`, undefined, everybody())).json)).toHaveLength(3);
  });

  test("who watches sees and finds his own tasks only", async () => {
    const { now } = LiveAnswer.parse((await call("GET", "/live", undefined, first())).json);
    const { task_id: group, root_id: root } = await submit(
      "/group",
      { tasks: [{ task: "math.add", args: [1, 1] }] },
      first(),
    );
    await endedFor(group, first());
    const told = async (headers: Headers): Promise<[number, number, number]> => {
      const live = LiveAnswer.parse((await call("GET", `/live?since=${now}&ids=${group}`, undefined, headers)).json);
      const found = SearchAnswer.parse((await call("GET", `/search?root_id=${root}`, undefined, headers)).json);
      const created = live.tasks.filter((task) => task.root_id === root);
      return [created.length, live.states.length, found.tasks.length];
    };
    expect(await told(first())).toEqual([1, 1, 1]);
    expect(await told(everybody())).toEqual([1, 1, 1]);
    expect(await told(second())).toEqual([0, 0, 0]);
    await refused(404, "GET", `/canvases/${group}`, undefined, second());
    await refused(404, "GET", `/canvases/${group}/members`, undefined, second());
    expect((await call("GET", `/canvases/${group}/members`, undefined, first())).status).toBe(200);
  });

  test("a document is its submitter's: another gets 404 for it, with the place, wherever he names it", async () => {
    const bytes = Buffer.from("a,b\n1,2\n");
    const headers = { ...first(), "content-type": "text/csv" };
    const sent = await call("POST", "/documents?filename=a.csv", bytes, headers);
    const { task_id: id } = SubmissionAnswer.parse(sent.json);
    expect(await endedFor(id, first())).toMatchObject({ status: "SUCCESS" });
    const document = { key: `documents/${id}/a.csv`, filename: "a.csv", content_type: "text/csv" };
    const read = { task: "documents.process", args: [document] };
    const batch = { task: "documents.process_batch", args: [[document]] };
    const named: [path: string, body: unknown, place: string][] = [
      ["/tasks", read, "/args/0/key"],
      ["/tasks", { task: "documents.process", kwargs: { document } }, "/kwargs/document/key"],
      ["/tasks", batch, "/args/0/0/key"],
      ["/tasks", { task: "etl.extract", args: [document] }, "/args/0/key"],
      ["/tasks/batch", { tasks: [{ task: "math.add", args: [1, 2] }, read] }, "/tasks/1/args/0/key"],
      [
        "/chain",
        { tasks: [{ task: "probe.identity", args: [document] }, { task: "documents.process" }] },
        "/tasks/0/args/0/key",
      ],
      ["/group", { tasks: [read] }, "/tasks/0/args/0/key"],
      ["/workflows/etl", { args: [document] }, "/args/0/key"],
      ["/tasks", { task: "math.add", args: [1, 2], options: { link: [batch] } }, "/options/link/0/args/0/0/key"],
    ];
    for (const [path, body, place] of named) {
      const { errors } = await refused(404, "POST", path, body, second());
      expect(errors?.map((error) => error.path)).toEqual([place]);
    }
    for (const headers of [first(), everybody()]) {
      const { task_id: again } = await submit("/tasks", read, headers);
      expect(await endedFor(again, headers)).toMatchObject({ status: "SUCCESS" });
    }
    // What is only known when a task starts, its worker looks at.
    const late = { key: [`documents/${id}`, "a.csv"], filename: "a.csv", content_type: "text/csv" };
    const join = { task: "probe.join_key", args: [late] };
    for (const task of ["documents.process", "etl.extract"]) {
      const { task_id: other } = await submit("/chain", { tasks: [join, { task }] }, second());
      expect(await endedFor(other, second())).toMatchObject({
        status: "FAILURE",
        error: { message: expect.stringContaining("is not there") },
      });
      const { task_id: own } = await submit("/chain", { tasks: [join, { task }] }, first());
      expect(await endedFor(own, first())).toMatchObject({ status: "SUCCESS" });
    }
  });

  test("an upload is its submitter's, and so are the rows that a task has stored", async () => {
    const asked = await call("POST", "/documents/uploads", { filename: "b.csv" }, first());
    const { id, url, fields } = UploadAnswer.parse(asked.json);
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set("file", new Blob(["a,b\n1,2\n"]));
    expect((await fetch(url, { method: "POST", body: form })).status).toBe(204);
    const document = { key: `uploads/${id}/b.csv`, filename: "b.csv", content_type: "text/csv" };
    const extract = { task: "etl.extract", args: [document] };
    await refused(404, "POST", "/tasks", extract, second());
    await refused(404, "POST", `/documents/uploads/${id}/process`, {}, second());
    const { task_id: rows } = await submit("/tasks", extract, first());
    const raw = Object(await endedFor(rows, first())).result;
    expect(raw).toMatchObject({ task_id: rows, rows: 1 });
    const transform = { task: "etl.transform", args: [raw] };
    const { errors } = await refused(404, "POST", "/tasks", transform, second());
    expect(errors?.map((error) => error.path)).toEqual(["/args/0/task_id"]);
    const { task_id: mine } = await submit("/tasks", transform, first());
    expect(await endedFor(mine, first())).toMatchObject({ status: "SUCCESS", result: { rows: 1 } });
    const { task_id: processed } = await submit(`/documents/uploads/${id}/process`, {}, first());
    expect(await endedFor(processed, first())).toMatchObject({ status: "SUCCESS" });
    await refused(404, "POST", `/documents/uploads/${id}/process`, {}, second());
  });

  test("an idempotency key is its caller's own", async () => {
    const key = { "idempotency-key": "the-same" };
    const one = await submit("/add", { x: 1, y: 2 }, { ...first(), ...key });
    const other = await submit("/add", { x: 1, y: 2 }, { ...second(), ...key });
    const again = await submit("/add", { x: 1, y: 2 }, { ...first(), ...key });
    expect(other.task_id).not.toBe(one.task_id);
    expect(again).toEqual(one);
  });

  test("what an operator runs again stays whose it was", async () => {
    const { task_id: id } = await submit("/tasks", { task: "probe.fail" }, first());
    await endedFor(id, first());
    const again = await submit(`/tasks/${id}/retry`, {}, everybody());
    expect(await endedFor(again.task_id, first())).toMatchObject({ status: "FAILURE" });
  });
}

describe("a stage that asks for signatures", () => {
  beforeAll(() => start({ iam: { operators: ["arn:aws:iam::*:user/OPS*"] } }));
  afterAll(stop);
  const signed = (key: string): Headers => ({
    authorization: `AWS4-HMAC-SHA256 Credential=${key}/20261122/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=00`,
  });

  keepsApart(
    () => signed("AKIAFIRST"),
    () => signed("AKIASECOND"),
    () => signed("OPS1"),
  );

  test("takes what the command line signs with the user's credentials", async () => {
    const url = stage?.embedded.apiUrl ?? "";
    const args = ["call", "math.add", "1", "2", "--wait"];
    const env = { AWS_ACCESS_KEY_ID: "AKIACLI", AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "us-east-1" };
    expect(await celeriac(url, [...args, "--sign"], { env })).toEqual({ code: 0, stdout: "3\n", stderr: "" });
    expect(await celeriac(url, args)).toMatchObject({ code: 3, stderr: expect.stringContaining("--sign") });
  });

  test("a stage that asks for signatures refuses a request without one", async () => {
    expect((await refused(403, "GET", "/tasks")).detail).toContain("not signed");
  });
});

describe("a stage that asks for API keys", () => {
  beforeAll(() =>
    start({
      apiKeys: {
        keys: {
          backend: ["submit", "read", "operate"],
          reports: ["submit", "read", "operate"],
          watcher: ["read"],
          admin: ["submit", "read", "operate", "all"],
        },
      },
    }),
  );
  afterAll(stop);
  // The embedded AWS has a key's name as its value.
  const key = (name: string): Headers => ({ "x-api-key": `celeriac-local-${name}` });

  keepsApart(
    () => key("backend"),
    () => key("reports"),
    () => key("admin"),
  );

  test("takes the command line's key, by its flag or from the environment", async () => {
    const url = stage?.embedded.apiUrl ?? "";
    const args = ["call", "math.add", "1", "2", "--wait"];
    const value = "celeriac-local-backend";
    expect(await celeriac(url, [...args, "--api-key", value])).toMatchObject({ code: 0, stdout: "3\n" });
    expect(await celeriac(url, args, { env: { CELERIAC_API_KEY: value } })).toMatchObject({ code: 0, stdout: "3\n" });
    expect(await celeriac(url, args)).toMatchObject({ code: 3 });
  });

  test("refuses a request without a key, and with one that there is not", async () => {
    await refused(403, "GET", "/tasks");
    await refused(403, "GET", "/tasks", undefined, key("nobody"));
  });

  test("lets a key do what its rights say, and says which one is missing", async () => {
    expect((await call("GET", "/tasks", undefined, key("watcher"))).status).toBe(200);
    expect((await refused(403, "POST", "/add", { x: 1, y: 2 }, key("watcher"))).detail).toContain('"submit"');
    expect((await refused(403, "POST", "/queues/math/purge", {}, key("watcher"))).detail).toContain('"operate"');
  });
});

describe("a stage whose issuer cannot be asked", () => {
  let issuer: Server;
  let answer: (path: string) => { readonly status: number; readonly body: string };
  beforeAll(async () => {
    issuer = createServer((request, response) => {
      const { status, body } = answer(request.url ?? "");
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
    await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
    await start({ jwt: { issuer: url(), audience: ["celeriac"] } });
  });
  afterAll(async () => {
    await stop();
    issuer.close();
  });

  const url = (): string => {
    const address = issuer.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  };
  const found = (path: string, keys: ReturnType<typeof answer>): ReturnType<typeof answer> =>
    path.includes("openid")
      ? { status: 200, body: JSON.stringify({ issuer: url(), jwks_uri: `${url()}/keys` }) }
      : keys;

  test.each<[string, typeof answer]>([
    ["is down", () => ({ status: 500, body: "" })],
    [
      "has another's document",
      () => ({ status: 200, body: `{"issuer":"https://other.example","jwks_uri":"${url()}/k"}` }),
    ],
    ["has a document of nothing", () => ({ status: 200, body: "{}" })],
    ["does not give its keys", (path) => found(path, { status: 503, body: "" })],
    ["gives keys that are none", (path) => found(path, { status: 200, body: '{"keys": 7}' })],
  ])("answers 503, not 401, where it %s", async (_what, answers) => {
    answer = answers;
    const { privateKey } = await generateKeyPair("RS256");
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .setIssuer(url())
      .setAudience("celeriac")
      .setSubject(crypto.randomUUID())
      .setExpirationTime("10m")
      .sign(privateKey);
    const problem = await refused(503, "GET", "/health", undefined, { authorization: `Bearer ${token}` });
    expect(problem.title).toBe("Service Unavailable");
  });
});

describe("a stage that asks for tokens", () => {
  let issuer: Server;
  let url = "";
  let keys: { publicKey: CryptoKey; privateKey: CryptoKey };
  let discoveries = 0;

  beforeAll(async () => {
    keys = await generateKeyPair("RS256");
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: "one", alg: "RS256" };
    issuer = createServer((request, response) => {
      discoveries += 1;
      const document = request.url?.includes("openid") ? { issuer: url, jwks_uri: `${url}/keys` } : { keys: [jwk] };
      response.setHeader("content-type", "application/json").end(JSON.stringify(document));
    });
    await new Promise<void>((resolve) => issuer.listen(0, "127.0.0.1", resolve));
    const address = issuer.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    await start({ jwt: { issuer: url, audience: ["celeriac", "other"], tenantClaim: "org" } });
  });
  afterAll(async () => {
    await stop();
    issuer.close();
  });

  const Claims = z.object({
    iss: z.string().optional(),
    aud: z.string().default("celeriac"),
    sub: z.string().default("ann"),
    scope: z.string().default("celeriac:submit celeriac:read celeriac:operate"),
    org: z.string().default("acme"),
  });
  const token = (given: z.input<typeof Claims> = {}, how: { expires?: string; key?: CryptoKey } = {}) => {
    const { iss = url, aud, sub, ...claims } = Claims.parse(given);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "one" })
      .setIssuer(iss)
      .setAudience(aud)
      .setSubject(sub)
      .setExpirationTime(how.expires ?? "10m")
      .sign(how.key ?? keys.privateKey);
  };
  const bearer = async (...of: Parameters<typeof token>): Promise<Headers> => ({
    authorization: `Bearer ${await token(...of)}`,
  });
  let acme: Headers;
  let umbrella: Headers;
  let admin: Headers;
  beforeAll(async () => {
    acme = await bearer();
    umbrella = await bearer({ org: "umbrella" });
    admin = await bearer({ scope: "celeriac:submit celeriac:read celeriac:operate celeriac:all", org: "operators" });
  });

  keepsApart(
    () => acme,
    () => umbrella,
    () => admin,
  );

  test("shows a tenant's tasks to all its callers", async () => {
    const { task_id: id } = await submit("/add", { x: 1, y: 2 }, acme);
    expect(await endedFor(id, await bearer({ sub: "bob" }))).toMatchObject({ result: 3 });
  });

  test("refuses with 401 what is no token of its issuer's, for it, or of now", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    const bad: Headers[] = [
      {},
      { authorization: "Basic YTpi" },
      { authorization: "Bearer x.y.z" },
      await bearer({ iss: "https://elsewhere.example" }),
      await bearer({ aud: "somebody-else" }),
      await bearer({}, { expires: "-10m" }),
      await bearer({}, { key: privateKey }),
      await bearer({ org: "" }),
    ];
    for (const headers of bad) await refused(401, "GET", "/tasks", undefined, headers);
  });

  test("a stage that asks for tokens takes the command line's token", async () => {
    const url = stage?.embedded.apiUrl ?? "";
    const token = acme["authorization"]?.replace("Bearer ", "") ?? "";
    const args = ["call", "math.add", "1", "2", "--wait"];
    expect(await celeriac(url, [...args, "--token", token])).toMatchObject({ code: 0, stdout: "3\n" });
    expect(await celeriac(url, args, { env: { CELERIAC_TOKEN: `${token}x` } })).toMatchObject({ code: 3 });
  });

  test("lets a token do what its scopes say", async () => {
    const reader = await bearer({ scope: "celeriac:read" });
    expect((await call("GET", "/tasks", undefined, reader)).status).toBe(200);
    expect((await refused(403, "POST", "/add", { x: 1, y: 2 }, reader)).detail).toContain('"submit"');
  });

  test("asks no scope for its health and for what it takes", async () => {
    const none = await bearer({ scope: "" });
    for (const path of ["/health", "/openapi.json"])
      expect((await call("GET", path, undefined, none)).status).toBe(200);
    await refused(403, "GET", "/tasks", undefined, none);
  });

  test("asks the authorizer once for a token, and the issuer once for its keys", async () => {
    const before = discoveries;
    const headers = await bearer({ sub: "often" });
    for (let n = 0; n < 5; n += 1) expect((await call("GET", "/health", undefined, headers)).status).toBe(200);
    expect(discoveries - before).toBeLessThanOrEqual(2);
  });
});
