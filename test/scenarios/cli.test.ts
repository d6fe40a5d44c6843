import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { ended, run, submit, taskOf, within } from "./support/api.ts";
import { type Given, celeriac as celeriacAt } from "./support/command.ts";
import { apiUrl } from "./support/served.ts";

const celeriac = (args: readonly string[], given?: Given) => celeriacAt(apiUrl, args, given);

const Submitted = z.object({ task_id: z.guid() });

describe("the command line", { concurrent: true }, () => {
  it("calls a task with JSON where it is JSON, and prints the result that it waited for", async () => {
    expect(await celeriac(["call", "math.add", "-2", "2.5", "--wait"])).toEqual({
      code: 0,
      stdout: "0.5\n",
      stderr: "",
    });
    const { stdout } = await celeriac(["call", "probe.identity", '{"a": [1, "two words"]}', "--wait"]);
    expect(JSON.parse(stdout)).toEqual({ a: [1, "two words"] });
    expect((await celeriac(["call", "probe.identity", "plain words", "--wait"])).stdout).toBe('"plain words"\n');
  });

  it("passes keyword arguments and options on", async () => {
    const options = ["--countdown", "1s", "--header", "tenant=a=b", "--max-retries", "0"];
    const { stdout, code } = await celeriac(["call", "probe.request_info", ...options, "--json"]);
    expect(code).toBe(0);
    const { task_id: id } = Submitted.parse(JSON.parse(stdout));
    expect(await ended(id)).toMatchObject({ result: { headers: { tenant: "a=b" } } });
    expect((await taskOf(id)).options).toMatchObject({ countdown: 1, max_retries: 0 });
    const { stdout: task } = await celeriac(["status", id, "--json"]);
    expect(JSON.parse(task)).toMatchObject([{ task_id: id, status: "SUCCESS" }]);
    // No task that ships takes any.
    const named = await celeriac(["call", "math.add", "1", "2", "--kwargs", '{"w": 3}']);
    expect(named).toMatchObject({ code: 3, stderr: expect.stringContaining("/kwargs/w") });
  });

  it("prints the id that the result is asked for by, and asks for it", async () => {
    const { stdout } = await celeriac(["chain", "math.add 1 2", '{"task": "math.mul", "args": [10]}']);
    expect(await celeriac(["result", stdout.trim()])).toMatchObject({ code: 0, stdout: "30\n" });
  });

  it("runs canvases from arguments, a file and stdin", async ({ onTestFinished }) => {
    const chord = ["chord", "math.add 1 2", "math.add 3 4", "--body", "math.tsum", "--wait"];
    expect((await celeriac(chord)).stdout).toBe("10\n");
    const node = JSON.stringify({ group: [{ task: "probe.identity", args: ["한국어"] }] });
    const folder = await mkdtemp(join(tmpdir(), "celeriac-cli-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "node.json"), node);
    expect((await celeriac(["canvas", join(folder, "node.json"), "--wait"])).stdout).toBe('["한국어"]\n');
    expect((await celeriac(["canvas", "-", "--wait"], { stdin: node })).stdout).toBe('["한국어"]\n');
    expect(await celeriac(["canvas", "-"], { stdin: "[1" })).toMatchObject({ code: 2 });
  });

  it("exits with 1 where the task has failed, and says why on stderr alone", async () => {
    expect(await celeriac(["call", "probe.fail", "--wait"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "FAILURE probe.fail: ExpectedError: Task expected to fail\n",
    });
    const { stdout, code } = await celeriac(["call", "probe.fail", "--wait", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: "FAILURE", error: { type: "ExpectedError" } });
  });

  it("exits with 2 for what it does not understand", async () => {
    for (const args of [
      ["nonsense"],
      ["call"],
      ["call", "math.add", "--countdown", "soon"],
      ["--url", "nowhere", "queues"],
    ])
      expect(await celeriac(args), args.join(" ")).toMatchObject({ code: 2, stdout: "" });
    expect(await celeriac(["purge", "math"])).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
  });

  it("exits with 3 for what is refused, with the place of each fault", async () => {
    const { code, stderr } = await celeriac(["call", "math.add", "1", "true"]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^celeriac: The request has a fault\. \(400\)\n {2}\/args\/1 {2}\S/);
    const unknown = "00000000-0000-4000-8000-000000000000";
    for (const command of ["result", "graph", "retry", "forget", "revoke", "status"])
      expect(await celeriac([command, unknown]), command).toMatchObject({ code: 3 });
  });

  it("exits with 4 where the time is over or nobody answers, and says what to start", async () => {
    const slow = await celeriac(["call", "probe.sleep", "30", "--timeout", "0.2"]);
    expect(slow).toMatchObject({ code: 4, stdout: "", stderr: expect.stringContaining("celeriac result") });
    // A port that was free a moment ago.
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    server.close();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    const { code, stderr } = await celeriac(["queues", "--url", url]);
    expect(code).toBe(4);
    expect(stderr).toBe(
      `celeriac: Nothing answers at ${url}. Start the local stack with "npm start", or say where the API is with --url or --stage.\n`,
    );
  });

  it("lists what runs, waits, and came of it", async () => {
    const { task_id: id } = await submit("/tasks", {
      task: "probe.identity",
      args: ["listed"],
      options: { countdown: 600 },
    });
    const listed = await celeriac(["list", "--status", "PENDING", "--text", id, "--json"]);
    expect(JSON.parse(listed.stdout)).toMatchObject([{ task_id: id }]);
    const scheduled = await celeriac(["inspect", "scheduled", "--since", "10m"]);
    expect(scheduled.stdout).toContain(id);
    expect(await celeriac(["revoke", id])).toMatchObject({ code: 0, stdout: `revoked ${id}\n` });
    await ended(id);
    const again = await celeriac(["retry", id, "--json"]);
    expect(Submitted.parse(JSON.parse(again.stdout)).task_id).not.toBe(id);
    expect((await celeriac(["forget", id])).stdout).toBe(`forgotten ${id}\n`);
    for (const command of [
      ["inspect", "registered"],
      ["inspect", "active"],
      ["inspect", "stats"],
      ["queues"],
      ["workflows"],
      ["insights"],
    ])
      expect(JSON.parse((await celeriac([...command, "--json"])).stdout), command.join(" ")).toBeInstanceOf(Array);
  });

  it("draws a workflow to its end", async () => {
    const group = Array.from({ length: 12 }, (_, n) => ({ task: "math.add", args: [n, 1] }));
    const { task_id: id } = await submit("/chain", { tasks: [{ group }, { task: "math.tsum" }] });
    const { code, stdout } = await celeriac(["graph", id, "--watch"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ chord +SUCCESS/);
    expect(stdout).toMatch(/├─ ✓ header: group of 12 {2}✓ 12 +SUCCESS/);
    expect(stdout).toMatch(/└─ ✓ body: math\.tsum +SUCCESS/);
  });

  it("gets the text out of a document, and runs a named workflow", async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), "celeriac-cli-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "a.csv"), "name,qty\napple,3\n");
    expect((await celeriac(["document", join(folder, "a.csv"), "--text"])).stdout).toBe("name\tqty\napple\t3\n");
    const etl = await celeriac(["run", "etl", "name,qty\napple,3\n", "--wait"]);
    expect(JSON.parse(etl.stdout)).toMatchObject({ rows: 1 });
    expect(await celeriac(["document", join(folder, "none.csv")])).toMatchObject({ code: 2 });
  });

  it("the command line follows what happens until Ctrl-C", async () => {
    const child = spawn(process.execPath, ["cli/celeriac.js", "events", "--json", "--task", "probe.raise_error"], {
      cwd: join(import.meta.dirname, "..", ".."),
      env: { ...process.env, CELERIAC_URL: apiUrl },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let seen = "";
    child.stdout.on("data", (chunk: Buffer) => (seen += chunk.toString()));
    // It may look for the first time after a task has ended; tasks come until it has seen one.
    await expect
      .poll(() => run("probe.raise_error").then(() => seen), { ...within(30), interval: 500 })
      .toContain('"status":"FAILURE"');
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
    for (const line of seen.trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ task: "probe.raise_error" });
  });

  it("tells of itself without secrets, and ends quietly when nobody reads on", async () => {
    const secret = "a-key-that-nobody-is-to-see";
    const { stdout } = await celeriac(["report"], { env: { CELERIAC_API_KEY: secret } });
    expect(stdout).toMatch(/^identity +key$/m);
    expect(stdout).not.toContain(secret);
    const child = spawn(process.execPath, ["cli/celeriac.js", "--help"], {
      cwd: join(import.meta.dirname, "..", ".."),
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    await once(child, "close");
    expect(stderr).not.toContain("EPIPE");
  });
});
