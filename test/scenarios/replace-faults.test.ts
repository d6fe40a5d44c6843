import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import type { AwsRequest } from "embedded-aws";
import { GraphAnswer, ListAnswer } from "../../src/core/http/answer-schemas.ts";
import type { TaskNode } from "../../src/core/canvas/signature.ts";
import { t, ti } from "../fixtures/canvases.ts";
import { call, settled, submit, taskOf } from "./support/api.ts";
import { type Rig, isCall, refusal, startRig } from "./support/rig.ts";
import { awsUrl } from "./support/served.ts";

/** A canvas whose second step, with this id, replaces itself. */
const canvasOf = (id: string, step: TaskNode): unknown => ({
  chain: [t("math.add", 1, 2), { ...step, options: { task_id: id } }, t("math.add", 10)],
});

const steps = t("probe.replace_with", { chain: [t("probe.identity"), t("math.add", 1)] });
const members = t("probe.replace_with", {
  chain: [{ group: [t("probe.identity"), t("math.add", 1)] }, t("math.tsum")],
});
const one = ti("probe.replace_with", t("math.add", 3, 5));

type Lost = readonly [
  what: string,
  step: TaskNode,
  value: number,
  isLost: (request: AwsRequest, id: string) => boolean,
];

const Replacement = z.object({ submission: z.string().nullable() });

/**
 * Calls of the task's worker, of the workers of what replaces it, and of those who end it: which fails, by which step,
 * and what the canvas gives.
 */
const lost: readonly Lost[] = [
  [
    "to keep the token of the state that waits",
    steps,
    14,
    (request, id) => isCall(request, "UpdateItem", `token#${id}`),
  ],
  ["to look whether it has ended meanwhile", steps, 14, lookAfterCommit()],
  [
    "to store a record of what replaces it",
    steps,
    14,
    (request) => isCall(request, "PutItem", "probe.identity", `"nesting\\":1`),
  ],
  [
    "to start its machine",
    steps,
    14,
    (request) => isCall(request, "StartExecution") && request.caller?.includes("probe") === true,
  ],
  [
    "to send the message of one that replaces it",
    one,
    18,
    (request) => isCall(request, "SendMessage", `\\"nesting\\":1`),
  ],
  ["to end it", steps, 14, (request, id) => isCall(request, "UpdateItem", `"id":{"S":"${id}"}`, "#done")],
  [
    "to end it, after a group",
    members,
    17,
    (request, id) => isCall(request, "UpdateItem", `"id":{"S":"${id}"}`, "#done"),
  ],
  [
    "to close the submission that replaced it",
    steps,
    14,
    (request) => isCall(request, "UpdateItem", "REMOVE #open") && request.caller?.includes("math") === true,
  ],
  [
    "to end it, where one task replaced it",
    one,
    18,
    (request, id) => isCall(request, "UpdateItem", `"id":{"S":"${id}"}`, "#done"),
  ],
  ...[1, 2, 3, 4].map((n): Lost => [
    `to answer a token, the ${n}. time`,
    steps,
    14,
    nth(n, (request) => isCall(request, "SendTaskSuccess")),
  ]),
];

/** The first read of the record after the write that says what replaces it. */
function lookAfterCommit(): (request: AwsRequest, id: string) => boolean {
  let isReplaced = false;
  return (request, id) => {
    isReplaced ||= isCall(request, "UpdateItem", `"id":{"S":"${id}"}`, "#replacement");
    return isReplaced && isCall(request, "GetItem", `"id":{"S":"${id}"}`);
  };
}

function nth(n: number, matches: (request: AwsRequest) => boolean): (request: AwsRequest) => boolean {
  let count = 0;
  return (request) => matches(request) && (count += 1) === n;
}

describe.skipIf(awsUrl === "")("a task that replaces itself", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());
  beforeEach(() => {
    rig.guard = () => null;
  });

  it.each(lost)("is replaced once where a call fails: %s", async (_what, step, value, isLost) => {
    const id = crypto.randomUUID();
    let refused = 0;
    rig.guard = (request) => {
      if (refused > 0 || !isLost(request, id)) return null;
      refused += 1;
      return refusal();
    };
    const submitted = await submit("/canvas", canvasOf(id, step));
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
    const roots = [submitted.root_id, await submissionFor(id)];
    await vi.waitFor(async () => expect(await Promise.all(roots.map(isOpen))).toEqual([false, false]), {
      timeout: 20_000,
    });
  });

  it.each([
    ["a task", one],
    ["a chain", steps],
    ["a group", t("probe.replace_with", { group: [ti("probe.identity", 1), ti("probe.identity", 2)] })],
  ])("has children that are there, revoked, where it is revoked before %s is started", async (_what, step) => {
    const id = crypto.randomUUID();
    let revoking: Promise<unknown> | null = null;
    // The write that says what replaces it is done; what comes next is the look at it.
    const look = lookAfterCommit();
    rig.guard = (request) => {
      if (revoking === null && look(request, id)) {
        revoking = call("POST", `/tasks/${id}/revoke`, { terminate: true });
        return refusal();
      }
      return null;
    };
    const { task_id: last, root_id: root } = await submit("/canvas", canvasOf(id, step));
    expect(await settled(last)).toMatchObject({ status: "REVOKED" });
    const record = await taskOf(id);
    expect(record).toMatchObject({ status: "REVOKED" });
    expect(record.children).toHaveLength(1);
    for (const child of record.children) {
      const ended = await settled(child);
      expect(ended).toMatchObject({ status: "REVOKED", started_at: null });
    }
    const { nodes } = GraphAnswer.parse((await call("GET", `/canvases/${last}`)).json);
    expect(nodes.filter((node) => node.status === "PENDING")).toEqual([]);
    const page = ListAnswer.parse((await call("GET", `/tasks?root_id=${root}&limit=100`)).json).tasks;
    expect(page.filter((task) => !["SUCCESS", "REVOKED"].includes(task.status))).toEqual([]);
    await vi.waitFor(async () => expect(await isOpen(root)).toBe(false), { timeout: 20_000 });
  });

  /** The submission of what replaced a task; none where that was one task. */
  async function submissionFor(id: string): Promise<string | null> {
    const item = await rig.aws.item(id);
    return Replacement.parse(JSON.parse(z.string().parse(item?.["replacement"]))).submission;
  }

  /** Whether the sweep would still look at a submission. */
  async function isOpen(root: string | null): Promise<boolean> {
    const item = root === null ? null : await rig.aws.item(`root#${root}`);
    return item?.["open"] !== undefined;
  }
});
