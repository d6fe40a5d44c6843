import { afterAll, describe, expect, test } from "vitest";
import { call, ended, refused, run, submit, within } from "./support/api.ts";
import { Aws } from "./support/aws.ts";
import { awsUrl } from "./support/served.ts";

const aws = new Aws(awsUrl);
afterAll(() => aws.close());

describe("DELETE /tasks/{task_id}", () => {
  test("forgets a task that has ended, with its result, and takes it out of every list", async () => {
    const { task_id: id } = await run("probe.blob", [8_000]);
    const deleted = await call("DELETE", `/tasks/${id}`);
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    await refused(404, "GET", `/result/${id}`);
    await refused(404, "GET", `/tasks/${id}`);
    await refused(404, "DELETE", `/tasks/${id}`);
    const { text } = await call("GET", `/tasks?root_id=${id}`);
    expect(text).not.toContain(id);
    expect(Object.keys((await aws.item(id)) ?? {}).toSorted()).toEqual(["id", "kind", "ttl"]);
  });

  test("keeps a message that comes late from running it again", async () => {
    const { task_id: id } = await submit("/tasks", { task: "probe.identity", args: ["once"] });
    await ended(id);
    const stored = JSON.parse(String((await aws.item(id))?.["call"]));
    await call("DELETE", `/tasks/${id}`);
    await aws.send("probe", { op: "run", id, attempt: 0, hops: 0, call: stored });
    const after = await submit("/tasks", { task: "probe.identity", args: [1] });
    await ended(after.task_id);
    await expect.poll(() => aws.depth("probe"), within(30)).toMatchObject({ waiting: 0, inFlight: 0 });
    expect(await aws.item(id)).toMatchObject({ kind: "forgotten" });
  });

  test("takes along what its effects gave", async () => {
    const { task_id: id } = await run("probe.once_large", [8_000]);
    const effect = `once#${id}#made`;
    expect(await aws.item(effect)).toHaveProperty("result");
    expect((await call("DELETE", `/tasks/${id}`)).status).toBe(204);
    expect(await aws.item(effect)).toBeNull();
  });

  test("is refused for a task that waits or whose canvas still runs", async () => {
    const waiting = await submit("/tasks", { task: "math.add", args: [1, 2], options: { countdown: 600 } });
    expect((await refused(409, "DELETE", `/tasks/${waiting.task_id}`)).detail).toContain("PENDING");
    const chain = await submit("/chain", {
      tasks: [
        { task: "math.add", args: [1, 2] },
        { task: "probe.sleep", args: [3], immutable: true },
      ],
    });
    const first = chain.tasks[0]?.task_id ?? "";
    await ended(first);
    expect((await refused(409, "DELETE", `/tasks/${first}`)).detail).toContain("canvas");
    await ended(chain.task_id);
    await expect.poll(async () => (await call("DELETE", `/tasks/${first}`)).status, within(10)).toBe(204);
  });

  test("takes a document and its output along", async () => {
    const answer = await call("POST", "/documents?filename=a.txt", "some text", { "content-type": "text/plain" });
    const { task_id: id } = JSON.parse(answer.text);
    await ended(id);
    expect((await call("GET", `/documents/${id}/output`)).status).toBe(302);
    expect((await call("DELETE", `/tasks/${id}`)).status).toBe(204);
    await refused(404, "GET", `/documents/${id}/output`);
  });
});
