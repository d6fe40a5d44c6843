import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import type { AwsRequest } from "../../local/types.ts";
import { ListAnswer } from "../../src/core/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { call, settled, submit, taskOf } from "./api.ts";
import { type Rig, refusal, startRig } from "./rig.ts";

/** A canvas whose second step, a task with this id, replaces itself by a node, with the value of all of it. */
const canvasOf = (id: string, node: unknown): unknown => ({
  chain: [
    t("math.add", 1, 2),
    { ...t("probe.replace_with", node), options: { task_id: id } },
    t("math.add", 10),
  ],
});

const steps = { chain: [t("probe.identity"), t("math.add", 1)] };
const members = { chain: [{ group: [t("probe.identity"), t("math.add", 1)] }, t("math.tsum")] };

const is = (request: AwsRequest, operation: string, ...texts: readonly string[]): boolean =>
  request.operation?.endsWith(operation) === true && texts.every((text) => request.body.includes(text));

/** Calls of the task's worker, of that of what replaces it, and of those who end it: which fails, in what canvas. */
const lost: readonly [what: string, node: unknown, value: number, isLost: (request: AwsRequest, id: string) => boolean][] = [
  ["to keep the token of the state that waits", steps, 14, (request, id) => is(request, "UpdateItem", `token#${id}`)],
  ["to look whether it has ended meanwhile", steps, 14, lookAfterCommit()],
  ["to store a record of what replaces it", steps, 14, (request) => is(request, "PutItem", "probe.identity", `"nesting\\":1`)],
  ["to start its machine", steps, 14, (request) => is(request, "StartExecution") && request.caller?.includes("probe") === true],
  ["to send the message of one that replaces it", t("math.add", 5), 18, (request) => is(request, "SendMessage", `\\"nesting\\":1`)],
  ["to end it", steps, 14, (request, id) => is(request, "UpdateItem", `"id":{"S":"${id}"}`, "#done")],
  ["to end it, after a group", members, 17, (request, id) => is(request, "UpdateItem", `"id":{"S":"${id}"}`, "#done")],
  ["to close the submission that replaced it", steps, 14, (request) => is(request, "UpdateItem", "REMOVE #open") && request.caller?.includes("math") === true],
  ...[1, 2, 3, 4].map((n) => [`to answer a token, the ${n}. time`, steps, 14, nth(n, (request: AwsRequest) => is(request, "SendTaskSuccess"))] as const),
];

/** The first read of the record after the write that says what replaces it. */
function lookAfterCommit(): (request: AwsRequest, id: string) => boolean {
  let isReplaced = false;
  return (request, id) => {
    isReplaced ||= is(request, "UpdateItem", `"id":{"S":"${id}"}`, "#replacement");
    return isReplaced && is(request, "GetItem", `"id":{"S":"${id}"}`);
  };
}

function nth(n: number, matches: (request: AwsRequest) => boolean): (request: AwsRequest) => boolean {
  let count = 0;
  return (request) => matches(request) && (count += 1) === n;
}

describe.skipIf(inject("awsUrl") === "")("a task that replaces itself", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    rig.guard = () => null;
  });

  it.each(lost)("is replaced once where a call fails: %s", async (_what, node, value, isLost) => {
    const id = crypto.randomUUID();
    let refused = 0;
    rig.guard = (request) => {
      if (refused > 0 || !isLost(request, id)) return null;
      refused += 1;
      return refusal();
    };
    const submitted = await submit("/canvas", canvasOf(id, node));
    expect(await settled(submitted.task_id)).toMatchObject({ status: "SUCCESS", result: value });
    expect(refused).toBe(1);
    const tasks = await vi.waitFor(
      async () => {
        const page = ListAnswer.parse((await call("GET", `/tasks?root_id=${submitted.root_id}&limit=100`)).json).tasks;
        expect(page.filter((task) => task.status !== "SUCCESS")).toEqual([]);
        return Promise.all(page.map((task) => taskOf(task.task_id)));
      },
      { timeout: 20_000 },
    );
    // Each ran once: what a call that failed brought back was not run again.
    expect(tasks.map((task) => task.events.filter((event) => event.status === "STARTED").length)).toEqual(
      tasks.map(() => 1),
    );
    await vi.waitFor(async () => expect(await openRoots(submitted.root_id)).toBe(0), { timeout: 20_000 });
  });

  /** Submissions of a canvas that the sweep would still look at. */
  async function openRoots(root: string): Promise<number> {
    const item = await rig.aws.item(`root#${root}`);
    return item?.["open"] === undefined ? 0 : 1;
  }
});
