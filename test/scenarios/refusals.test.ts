import { describe, expect, it } from "vitest";
import { ListAnswer } from "../../src/core/http/answer-schemas.ts";
import { call, refused, submit } from "./support/api.ts";
import { needs } from "./support/needs.ts";

const paths = (problem: { errors?: { path: string }[] | undefined }): string[] =>
  (problem.errors ?? []).map((error) => error.path);

describe("a request that cannot be understood", () => {
  it.each([
    ["no JSON", "{", [""]],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), [""]],
    ["an array", "[1]", [""]],
    ["missing keys", "{}", ["/x", "/y"]],
    ["wrong types", '{"x":"1","y":null}', ["/x", "/y"]],
    ["an unknown key", '{"x":1,"y":2,"z":3}', ["/z"]],
    ["a prototype key", '{"x":1,"y":2,"__proto__":{"a":1}}', ["/__proto__"]],
    ["no finite number", '{"x":1e999,"y":2}', ["/x"]],
  ])("is refused by the place of each fault: %s", async (_name, body, expected) => {
    const problem = await refused(400, "POST", "/add", body, { "content-type": "application/json" });
    expect(paths(problem)).toEqual(expected);
    expect(problem).toMatchObject({ title: "Bad Request", status: 400 });
  });

  it("is refused where it is nested too deep", async () => {
    const deep = `{"task":"probe.identity","args":[${"[".repeat(5_000)}${"]".repeat(5_000)}]}`;
    await refused(400, "POST", "/tasks", deep, { "content-type": "application/json" });
  });

  it("is refused as another media type", async () => {
    await refused(415, "POST", "/add", "x=1&y=2", { "content-type": "application/x-www-form-urlencoded" });
  });

  it("a request that cannot be understood is refused above 4 MB", async () => {
    await refused(413, "POST", "/tasks", { task: "probe.identity", args: ["x".repeat(4 * 1024 * 1024)] });
  });

  it("is refused for a correlation id or an idempotency key that no header should have", async () => {
    await refused(400, "POST", "/add", { x: 1, y: 2 }, { "x-correlation-id": "x".repeat(129) });
    await refused(400, "POST", "/add", { x: 1, y: 2 }, { "idempotency-key": "x".repeat(256) });
  });
});

describe("a path that no id fits", () => {
  it.each(["/documents/uploads/ID/process", "/tasks/ID/revoke", "/tasks/ID/retry"])(
    "is 404, however long: %s",
    async (path) => {
      await refused(404, "POST", path.replace("ID", "x".repeat(4_000)), {});
    },
  );

  it("is refused as problem+json where its headers are too long for the gateway", async () => {
    await refused(400, "GET", `/tasks?task=${"x".repeat(12_000)}`);
  });

  it("is refused as problem+json where its headers are too long for most servers", async (context) => {
    needs(context, "long-request-lines");
    await refused(400, "GET", `/tasks?task=${"x".repeat(40_000)}`);
  });
});

describe("a task that cannot run", () => {
  it.each([
    [{ task: "no.such" }, ["/task"]],
    [{ task: "math.add", args: [1] }, ["/args"]],
    [{ task: "math.add", args: [1, 2], kwargs: { w: 1 } }, ["/kwargs/w"]],
    [{ task: "math.add", args: [1, 2], options: { time_limit: 881 } }, ["/options/time_limit"]],
    [{ task: "math.add", args: [1, 2], options: { countdown: -1 } }, ["/options/countdown"]],
    [{ task: "math.add", args: [1, 2], options: { link: [{ task: "no.such" }] } }, ["/options/link/0/task"]],
    [{ chain: [] }, ["/task", "/chain"]],
  ])("is refused before anything is stored: %j", async (body, expected) => {
    expect(paths(await refused(400, "POST", "/tasks", body))).toEqual(expected);
  });

  it("refuses a whole batch, by all its places", async () => {
    const tasks = [{ task: "math.add", args: [1, 2] }, { task: "no.such" }, { task: "math.mul", args: ["x", 1] }];
    expect(paths(await refused(400, "POST", "/tasks/batch", { tasks }))).toEqual(["/tasks/1/task", "/tasks/2/args/0"]);
    expect(paths(await refused(400, "POST", "/tasks/batch", { tasks: [] }))).toEqual(["/tasks"]);
  });

  it("refuses 101 e-mails and says what to do", async () => {
    const emails = Array.from({ length: 101 }, (_, index) => ({
      to: `a${index}@example.com`,
      subject: "s",
      text: "t",
    }));
    const problem = await refused(400, "POST", "/tasks", { task: "email.send_batch", args: [emails] });
    expect(problem.errors).toEqual([
      { path: "/args/0", message: "Too many e-mails: 100 are allowed in one task; send the rest in another" },
    ]);
  });

  it("a task that cannot run leaves no record behind", async () => {
    const id = crypto.randomUUID();
    await refused(400, "POST", "/tasks", { task: "math.add", args: ["no"], options: { task_id: id } });
    await refused(404, "GET", `/result/${id}`);
  });

  it("refuses an id that is taken, and ids that a batch has twice", async () => {
    const options = { task_id: crypto.randomUUID() };
    await submit("/tasks", { task: "math.add", args: [1, 2], options });
    await refused(409, "POST", "/tasks", { task: "math.add", args: [1, 2], options });
    const twice = { task: "math.add", args: [1, 2], options: { task_id: crypto.randomUUID() } };
    expect(paths(await refused(400, "POST", "/tasks/batch", { tasks: [twice, twice] }))).toEqual([
      "/tasks/1/options/task_id",
    ]);
  });
});

describe("what is not there", () => {
  it("what is not there is 404", async () => {
    await refused(404, "GET", "/result/00000000-0000-4000-8000-000000000000");
    await refused(404, "GET", "/result/no-uuid");
    await refused(404, "GET", "/tasks/00000000-0000-4000-8000-000000000000");
    await refused(404, "GET", "/documents/00000000-0000-4000-8000-000000000000/output");
    await refused(404, "POST", "/documents/uploads/00000000-0000-4000-8000-000000000000/process", {});
    await refused(404, "GET", "/nothing/here");
    await refused(404, "GET", "/");
    await refused(404, "DELETE", "/nothing");
  });

  it("is 405 where the path is known, and says what it takes", async () => {
    expect((await call("GET", "/add")).headers.get("allow")).toBe("POST");
    await refused(405, "GET", "/add");
    await refused(405, "DELETE", "/tasks");
    await refused(405, "PUT", "/result/00000000-0000-4000-8000-000000000000");
  });

  it("is refused in a query as well", async () => {
    const id = "00000000-0000-4000-8000-000000000000";
    for (const wait of ["-1", "21", "soon"])
      expect(paths(await refused(400, "GET", `/result/${id}?wait=${wait}`))).toEqual(["/wait"]);
    for (const query of [
      "limit=0",
      "limit=101",
      "since=yesterday",
      "root_id=7",
      "cursor=x",
      "colour=red",
      "limit=1&limit=2",
    ]) {
      const name = query.split("=")[0] ?? "";
      expect(paths(await refused(400, "GET", `/tasks?${query}`))).toEqual([`/${name}`]);
    }
  });
});

describe("an Idempotency-Key", () => {
  it("gives a repeat the first answer, and runs nothing twice", async () => {
    const key = crypto.randomUUID();
    const first = await submit("/add", { x: 1, y: 2 }, { "idempotency-key": key });
    const second = await submit("/add", { x: 1, y: 2 }, { "idempotency-key": key });
    expect(second).toEqual(first);
    const other = await submit("/add", { x: 1, y: 2 }, { "idempotency-key": `${key}-other` });
    expect(other.task_id).not.toBe(first.task_id);
  });

  it("is 409 with another body or path", async () => {
    const key = crypto.randomUUID();
    await submit("/add", { x: 1, y: 2 }, { "idempotency-key": key });
    await refused(409, "POST", "/add", { x: 1, y: 3 }, { "idempotency-key": key });
    await refused(409, "POST", "/test-request-info", { data: 1 }, { "idempotency-key": key });
  });

  it("is not used up by a request that was refused", async () => {
    const key = crypto.randomUUID();
    await refused(400, "POST", "/add", { x: 1 }, { "idempotency-key": key });
    await submit("/add", { x: 1, y: 2 }, { "idempotency-key": key });
  });

  it("gives a repeated batch the same ids", async () => {
    const body = {
      tasks: [
        { task: "math.add", args: [1, 2] },
        { task: "math.add", args: [3, 4] },
      ],
    };
    const key = crypto.randomUUID();
    const [first, second] = [
      await call("POST", "/tasks/batch", body, { "idempotency-key": key }),
      await call("POST", "/tasks/batch", body, { "idempotency-key": key }),
    ];
    expect(second.json).toEqual(first.json);
  });
});

describe("the list of tasks", () => {
  it("leaves out what a filter does not want, newest first, page by page", async () => {
    const since = new Date(Date.now() - 1_000).toISOString();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await submit("/tasks", { task: "probe.ids", args: [n] })).task_id);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const next: string = cursor === null ? "" : `&cursor=${cursor}`;
      const page = ListAnswer.parse(
        (await call("GET", `/tasks?task=probe.ids&queue=probe&since=${since}&limit=2${next}`)).json,
      );
      expect(page.tasks.length).toBeLessThanOrEqual(2);
      seen.push(...page.tasks.map((task) => task.task_id));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids);
  });

  it("finds a root and what it started", async () => {
    const { task_id: root } = await submit("/tasks", {
      task: "probe.identity",
      args: [1],
      options: { link: [{ task: "probe.identity" }] },
    });
    let tasks: string[] = [];
    while (tasks.length < 2)
      tasks = ListAnswer.parse((await call("GET", `/tasks?root_id=${root}`)).json).tasks.map((task) => task.task_id);
    expect(tasks).toHaveLength(2);
    expect(tasks.at(-1)).toBe(root);
  });

  it("is empty where the time has nothing", async () => {
    expect((await call("GET", "/tasks?until=2020-01-01T00:00:00Z")).json).toEqual({ tasks: [], cursor: null });
    expect((await call("GET", "/tasks?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z")).json).toEqual({
      tasks: [],
      cursor: null,
    });
  });
});
