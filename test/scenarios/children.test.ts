import { describe, expect, it } from "vitest";
import { GraphAnswer, ListAnswer } from "../../src/core/http/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { call, ended, submit, taskOf } from "./support/api.ts";
import { Aws } from "./support/aws.ts";
import { awsUrl } from "./support/served.ts";

/** More than an answer lists; as many as CELERIAC_CHILDREN says, for a longer look. */
const MANY = Number(process.env["CELERIAC_CHILDREN"] ?? 1_250);

describe("the children of a task", () => {
  it("are listed up to a thousand, and kept beside it: however many it starts, its own item stays small", async () => {
    const aws = new Aws(awsUrl);
    const { task_id: id } = await submit("/tasks", t("probe.start_many", MANY));
    expect(await ended(id, 800)).toMatchObject({ status: "SUCCESS", result: MANY });
    const { children } = await taskOf(id);
    expect(new Set(children).size).toBe(1_000);
    expect(await ended(children[999] ?? "", 800)).toMatchObject({ parent_id: id, root_id: id });
    const item = await aws.item(id);
    expect(item?.["children"]).toEqual(new Set(children.slice(0, 20)));
    expect(JSON.stringify(item).length).toBeLessThan(3_000);
    expect((await aws.item(`children#${id}#40`))?.["ids"]).toHaveProperty("size", 25);
    expect(await aws.item(`children#${id}#41`)).toBeNull();
    const { tasks } = ListAnswer.parse((await call("GET", `/tasks?root_id=${id}&limit=100`)).json);
    expect(tasks).toHaveLength(100);
  }, 900_000);

  it("are in the record itself where they are few, and all of them are in its graph", async () => {
    const { task_id: id } = await submit("/tasks", t("probe.start_many", 70));
    const { children } = await ended(id, 800);
    expect(children).toHaveLength(70);
    const graph = GraphAnswer.parse((await call("GET", `/canvases/${id}`)).json);
    expect(graph.nodes.map((node) => node.id).toSorted()).toEqual([id, ...children].toSorted());
  }, 900_000);
});
