import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteObjectCommand, ListBucketsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { startEmbeddedAws } from "embedded-aws";
import { SubmissionAnswer, UploadAnswer } from "../../src/core/http/answer-schemas.ts";
import { MAX_RETURNS } from "../../src/core/limits.ts";
import { t } from "../fixtures/canvases.ts";
import { call, ended, run, runCanvas, settled, submit, taskOf } from "./support/api.ts";
import { JumpClock } from "../../src/testing/jump-clock.ts";
import { type Rig, startRig } from "./support/rig.ts";

/** Characters that are too many for a record or a message: they go to S3. */
const LARGE = "x".repeat(5_000);
const DAY = 24 * 3600;

/** A day and some: beyond it arguments are kept for longer. */
const LATER = { countdown: 2 * DAY };

/** A task that fails, or a message that comes back, for a reason that is none of these tests'. */
const SOON = { timeout: 45_000, interval: 100 };

/**
 * Every function and every state machine is driven through every call that it makes. A call that its role does not
 * allow fails the task or the request that made it; what a role allows and nobody needed is left in the end.
 */
describe.skipIf(inject("assembly") === "")("the roles of the stage", () => {
  const clock = new JumpClock();
  let rig: Rig;
  let s3: S3Client;
  /** What was denied, by the log. */
  const denials: string[] = [];
  beforeAll(async () => {
    rig = await startRig({ clock, log: (line) => line.includes(" iam ") && denials.push(line) });
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    s3 = new S3Client({ endpoint: rig.aws.url, region: "us-east-1", forcePathStyle: true, credentials });
  });
  afterAll(async () => {
    s3.destroy();
    await rig.stop();
    clock.close();
  });

  /** Takes objects away, as their time does. */
  async function removeObjects(prefix: string): Promise<void> {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const Bucket = Buckets.find(({ Name }) => Name?.startsWith("celeriac-"))?.Name;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
    expect(Contents.length, `objects under ${prefix}`).toBeGreaterThan(0);
    for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  }

  const message = (id: string): object => ({ op: "run", id, attempt: 0, hops: 0 });
  const waiting = { options: { countdown: 800 } };

  it("let the API take and answer for tasks, large and small, now and later", async () => {
    const chosen = crypto.randomUUID();
    await runCanvas({ chain: [t("math.add", 1, 1), { ...t("math.add", 1), options: { task_id: chosen } }] });
    const { task_id: id } = await submit(
      "/tasks",
      { task: "probe.identity", args: [LARGE] },
      { "Idempotency-Key": "a" },
    );
    expect((await ended(id)).result).toBe(LARGE);
    expect((await taskOf(id)).result).toBe(LARGE);
    const later = await submit("/tasks", { task: "probe.fail", args: [LARGE], options: LATER });
    expect((await taskOf(later.task_id)).args).toEqual([LARGE]);
    expect((await call("GET", "/tasks")).status).toBe(200);
    expect((await call("GET", "/tasks?status=FAILURE")).status).toBe(200);
    expect((await call("GET", `/tasks?root_id=${id}`)).status).toBe(200);
    expect((await call("GET", "/queues")).status).toBe(200);
    expect((await call("GET", `/documents/${id}/output`)).status).toBe(404);
    expect((await call("POST", `/tasks/${later.task_id}/revoke`, {})).status).toBe(202);
    for (const status of ["FAILURE", "PENDING"])
      expect((await call("POST", "/tasks/bulk", { action: "retry", filter: { status }, dry_run: true })).status).toBe(
        200,
      );
    const again = SubmissionAnswer.parse((await call("POST", `/tasks/${later.task_id}/retry`, {})).json);
    await ended(again.task_id);
    const effects = await run("probe.once", [0, 0, "return"]);
    expect((await call("DELETE", `/tasks/${effects.task_id}`)).status).toBe(204);
    const failed = await run("probe.fail", [LARGE]);
    expect((await call("DELETE", `/tasks/${later.task_id}`)).status).toBe(204);
    expect((await call("DELETE", `/tasks/${id}`)).status).toBe(204);
    await removeObjects(`payloads/${failed.task_id}`);
    expect((await call("POST", `/tasks/${failed.task_id}/retry`, {})).status).toBe(404);
    const gone = await run("probe.identity", [LARGE]);
    await removeObjects(`results/${gone.task_id}`);
    expect((await call("GET", `/result/${gone.task_id}`)).status).toBe(404);
  });

  it("let a revoked step tell the states that wait, and a failed one be run again with its input", async () => {
    const chord = { chord: { header: [t("math.add", 1, 1)], body: { ...t("math.xsum"), ...waiting } } };
    // The worker that meets the body's message may tell the state first: then nobody has needed the API's right.
    for (let tries = 0; tries === 0 || (tries < 10 && unusedOf("states:SendTaskFailure").length > 0); tries += 1) {
      const { task_id: last, tasks } = await submit("/chain", { tasks: [chord, t("probe.identity")] });
      await ended(tasks[0]?.task_id ?? "");
      expect((await call("POST", `/tasks/${tasks[1]?.task_id}/revoke`, {})).status).toBe(202);
      expect(await ended(last)).toMatchObject({ status: "REVOKED" });
    }
    const nested = { chain: [t("math.add", 1, 1), { ...t("probe.identity"), ...waiting }] };
    const group = await submit("/group", { tasks: [nested, t("math.add", 2, 2)] });
    await ended(group.tasks[0]?.task_id ?? "");
    expect((await call("POST", `/tasks/${group.tasks[1]?.task_id}/revoke`, {})).status).toBe(202);
    expect(await settled(group.task_id)).toMatchObject({ status: "REVOKED" });
    const chain = await submit("/chain", { tasks: [t("probe.blob", 5_000), t("probe.fail")] });
    await ended(chain.task_id);
    await ended(SubmissionAnswer.parse((await call("POST", `/tasks/${chain.task_id}/retry`, {})).json).task_id);
  });

  it("let documents come in, be read, and leave their text", async () => {
    const type = { "content-type": "text/plain" };
    const posted = SubmissionAnswer.parse(
      (await call("POST", "/documents?filename=a.txt", Buffer.from("text"), type)).json,
    );
    expect(await ended(posted.task_id)).toMatchObject({ status: "SUCCESS" });
    const output = await call("GET", `/documents/${posted.task_id}/output`);
    expect((await fetch(output.headers.get("location") ?? "")).status).toBe(200);
    expect((await call("DELETE", `/tasks/${posted.task_id}`)).status).toBe(204);
    const keys = new Map<string, string>();
    const upload = async (filename: string, bytes: string): Promise<string> => {
      const form = UploadAnswer.parse((await call("POST", "/documents/uploads", { filename })).json);
      const path = `/documents/uploads/${form.id}/process`;
      keys.set(filename, form.fields["key"] ?? "");
      expect((await call("POST", path, {})).status).toBe(409);
      const body = new FormData();
      for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
      body.append("file", new Blob([bytes]));
      expect((await fetch(form.url, { method: "POST", body })).status).toBeLessThan(300);
      return path;
    };
    expect((await call("POST", await upload("a.pdf", "no pdf"), {})).status).toBe(415);
    const broken = await submit(await upload("b.pdf", "%PDF-1.4 broken"), {});
    expect(await ended(broken.task_id)).toMatchObject({ status: "FAILURE" });
    const small = SubmissionAnswer.parse(
      (await call("POST", "/documents?filename=b.pdf", Buffer.from("%PDF-1.4 broken"), {})).json,
    );
    expect(await ended(small.task_id)).toMatchObject({ status: "FAILURE" });
    // A task may be given what nobody has looked at yet: it looks for itself.
    await upload("d.pdf", "%PDF-1.4 broken");
    expect(await run("documents.process", [{ key: keys.get("d.pdf"), filename: "d.pdf" }])).toMatchObject({
      status: "FAILURE",
    });
    await upload("e.txt", "text");
    const direct = await run("documents.process", [{ key: keys.get("e.txt"), filename: "e.txt" }]);
    expect(direct.status).toBe("SUCCESS");
    expect((await call("DELETE", `/tasks/${direct.task_id}`)).status).toBe(204);
    const good = await submit(await upload("c.txt", "text"), {});
    await ended(good.task_id);
    expect((await call("DELETE", `/tasks/${good.task_id}`)).status).toBe(204);
  });

  it("let a worker run, retry, send mail, and start canvases and links of its own", async () => {
    for (const node of [
      { chain: [t("math.add", 1, 1), t("math.add", 1)] },
      { group: [t("math.add", 1, 1), t("math.add", 2, 2)] },
      { chord: { header: [t("math.add", 1, 1)], body: t("math.xsum") } },
    ]) {
      const { result } = await run("probe.start", [node]);
      expect(await settled(String(result))).toMatchObject({ status: "SUCCESS" });
    }
    expect(await run("probe.retry_once")).toMatchObject({ result: 1 });
    expect(await run("probe.start", [t("probe.identity", LARGE)])).toMatchObject({ status: "SUCCESS" });
    const mail = { to: "you@example.org", subject: "Hello", text: "Hello" };
    expect(await run("email.send_batch", [[mail]])).toMatchObject({ status: "SUCCESS" });
    const link = { ...t("probe.identity", LARGE), options: LATER };
    await run("probe.identity", [1], { options: { link: [link] } });
    const sleeper = await submit("/tasks", { task: "probe.sleep", args: [2] });
    await expect.poll(async () => (await taskOf(sleeper.task_id)).status, SOON).toBe("STARTED");
    await rig.aws.send("probe", message(sleeper.task_id));
    await ended(sleeper.task_id);
    const nowhere = { key: `documents/${crypto.randomUUID()}/a.txt`, filename: "a.txt", content_type: "text/plain" };
    expect(await run("documents.process", [nowhere])).toMatchObject({ status: "FAILURE" });
    expect(await runCanvas({ chain: [t("probe.fail"), { group: [t("probe.identity")] }] })).toMatchObject({
      status: "FAILURE",
    });
  });

  it("let the canvas function start, close, bury, purge and sweep", async () => {
    const nested = [
      { chain: [t("math.add", 1), t("math.add", 1)] },
      { chord: { header: [t("math.add", 1)], body: t("math.xsum") } },
    ];
    await runCanvas({ chain: [t("math.add", 1, 1), { group: nested }] });
    await runCanvas({
      chain: [
        t("math.add", 1, 1),
        { group: [{ chain: [{ group: [t("math.add", 1)] }, { group: [t("probe.size")] }] }] },
      ],
    });
    await runCanvas({ group: [t("probe.blob", 5_000), t("probe.blob", 5_000)] });
    await runCanvas({ group: [t("probe.fail"), t("math.add", 1, 1)] });
    expect(await settled((await submit("/workflows/etl", { args: ["a,b\n1,2\n"] })).task_id)).toMatchObject({
      status: "SUCCESS",
    });
    for (const link of [{ ...t("probe.size", LARGE) }, { ...t("probe.size", LARGE), options: LATER }]) {
      const options = { countdown: 800, link_error: [link] };
      const { task_id: id } = await submit("/tasks", { task: "probe.identity", args: [1], options });
      await rig.aws.send("dead", { ...message(id), returns: MAX_RETURNS });
      expect(await ended(id)).toMatchObject({ status: "FAILURE", error: { type: "WorkerLost" } });
    }
    expect((await call("POST", "/queues/probe/redrive", {})).status).toBe(202);
    expect((await call("POST", "/queues/monitor/purge", {})).status).toBe(202);
  });

  it("let a sweep look after executions of every kind, and start them anew", async () => {
    rig.guard = ({ caller, operation }) =>
      caller === "celeriac-local-task-etl" && operation === "UpdateItem"
        ? { status: 400, headers: {}, body: "{}" }
        : null;
    const held = { ...t("math.add", 1, 1), ...waiting };
    for (const node of [
      { chain: [held, t("math.add", 1)] },
      { group: [held, held] },
      { chord: { header: [held], body: t("math.xsum") } },
    ])
      await submit("/canvas", node);
    await submit("/workflows/etl", { args: ["a,b\n1,2\n"] });
    await rig.aws.sweep();
    await expect.poll(() => unusedOf("states:DescribeExecution"), SOON).toEqual([]);
    await expect
      .poll(async () => {
        // A message that its worker has in hand is not purged: it comes back.
        for (const module of ["math", "probe", "etl"]) await rig.aws.purge(module);
        await rig.aws.sweep();
        return unusedOf("states:StopExecution");
      }, SOON)
      .toEqual([]);
    rig.guard = () => null;
  });

  it("let what cannot be done be tried again later", async () => {
    await rig.aws.send("canvas", "not what a canvas writes");
    // A group cannot close while a member's result is gone.
    const group = await submit("/group", { tasks: [t("probe.blob", 5_000), { ...t("math.add", 1, 1), ...waiting }] });
    const [first = "", second = ""] = group.tasks.map(({ task_id: id }) => id);
    await ended(first);
    await removeObjects(`results/${first}`);
    await rig.aws.send("math", { ...message(second), due: 0 });
    await ended(second);
    await expect.poll(() => unusedOf("sqs:ChangeMessageVisibility"), SOON).toEqual([]);
  });

  it("let what is due much later be started", async () => {
    clock.jump(3 * DAY);
    await expect.poll(() => unusedOf("sqs:SendMessage"), SOON).toEqual([]);
  });

  it("allow all that these calls have needed, and nothing else", async () => {
    await expect.poll(() => unusedOf(), SOON).toEqual([]);
    expect(denials).toEqual([]);
  });

  /**
   * What is allowed in vain. Modules share the rights of their workers, and machines of workflows theirs: what one has
   * needed all need.
   */
  function unusedOf(action?: string): string[] {
    const used = new Map<string, boolean>();
    for (const permission of rig.permissions()) {
      if (action !== undefined && permission.action !== action) continue;
      const key = kindOf(permission.role, `${permission.action} on ${permission.resource}`);
      used.set(key, permission.used || used.get(key) === true);
    }
    return [...used].filter(([, isUsed]) => !isUsed).map(([key]) => key);
  }

  function kindOf(role: string, right: string): string {
    const module = /-tasks-module(.+)WorkerRole/.exec(role)?.[1];
    if (module !== undefined)
      return `worker may ${right.replace(new RegExp(`celeriac-local-(task-)?${module}\\b`), "MODULE")}`;
    if (/workflow/i.test(role)) return `workflow may ${right.replace(/celeriac-local-\w+$/, "QUEUE")}`;
    return `${role.replace(/^celeriac-local-/, "").replace(/Role\w*$/, "")} may ${right}`;
  }
});

it.skipIf(inject("assembly") === "")(
  "a permission that is taken from the template fails what needs it, and is named",
  async () => {
    const assembly = await mkdtemp(join(tmpdir(), "celeriac-permissions-"));
    onTestFinished(() => rm(assembly, { recursive: true, force: true }));
    await cp(inject("assembly"), assembly, { recursive: true });
    const template = join(assembly, "celeriac-local-api.template.json");
    const text = await readFile(template, "utf8");
    expect(text).toContain('"sqs:SendMessage"');
    await writeFile(template, text.replaceAll('"sqs:SendMessage"', '"sqs:ListQueues"'));
    const log: string[] = [];
    const embedded = await startEmbeddedAws({ log: (line) => log.push(line) });
    onTestFinished(() => embedded.stop());
    await embedded.deploy(assembly);
    const body = JSON.stringify({ x: 1, y: 2 });
    const headers = { "content-type": "application/json" };
    expect((await fetch(`${embedded.apiUrl}/add`, { method: "POST", headers, body })).status).toBe(500);
    const queue = "arn:aws:sqs:us-east-1:000000000000:celeriac-local-math";
    const denial = log.find((line) => line.includes(" iam "));
    expect(denial).toMatch(/assumed-role\/celeriac-local-api-\w+\/celeriac-local-api-submit is not authorized/);
    expect(denial).toContain(`Missing statement of celeriac-local-api-Apisubmit`);
    expect(denial).toContain(`{ actions: ["sqs:SendMessage"], resources: ["${queue}"] }`);
  },
);
