import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import * as z from "zod";
import type { AwsResponse } from "embedded-aws";
import { t } from "../fixtures/canvases.ts";
import { ended, refused, settled, submit } from "./support/api.ts";
import { type Rig, isCall, refusal, startRig } from "./support/rig.ts";

/** Milliseconds for what takes no time but that of the machines. */
const SOON = 20_000;
/** More than a message and an item carry, so that it goes through S3. */
const LARGE = "x".repeat(6_000);

const NO_SUCH_KEY: AwsResponse = {
  status: 404,
  headers: { "content-type": "application/xml" },
  body: "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
};

const message = (id: string): object => ({ op: "run", id, attempt: 0, hops: 0, due: 1 });

/** A task whose link has an id that is known, and the two ids. */
function linked(task: ReturnType<typeof t>): { id: string; link: string; node: object } {
  const [id, link] = [crypto.randomUUID(), crypto.randomUUID()];
  const called = { ...t("probe.identity"), options: { task_id: link } };
  return { id, link, node: { ...task, options: { task_id: id, time_limit: 5, link: [called] } } };
}

describe.skipIf(inject("assembly") === "")("a task that comes to its end", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  const until = (isSo: () => Promise<void> | void): Promise<void> => vi.waitFor(isSo, { timeout: SOON, interval: 50 });

  it("ends the links as well that an attempt has recorded which was lost before it could end it", async () => {
    const { id, link, node } = linked(t("math.add", 1, 2));
    const stopped = rig.meddle(refusal(), (request) => isCall(request, "UpdateItem", id, "#done = "));
    await submit("/tasks", node);
    await until(() => expect(stopped()).toBe(1));
    expect(await rig.aws.item(link)).toMatchObject({ status: "PENDING" });
    await rig.aws.setAttributes(id, { terminate: true, lease: 0 });
    await rig.aws.send("math", message(id));
    expect(await ended(id)).toMatchObject({ status: "REVOKED", children: [] });
    expect(await ended(link)).toMatchObject({ status: "REVOKED", error: { type: "Revoked", task_id: id } });
  });

  it("ends the links as well that an attempt records which has lost it, and does not know", async () => {
    const { id, link, node } = linked(t("probe.sleep", 3));
    await submit("/tasks", node);
    await until(async () => expect(await rig.aws.item(id)).toMatchObject({ status: "STARTED" }));
    await rig.aws.setAttributes(id, { terminate: true, lease: 0 });
    await rig.aws.send("probe", message(id));
    expect(await ended(id)).toMatchObject({ status: "REVOKED", children: [] });
    await until(async () => expect(await rig.aws.item(link)).toMatchObject({ status: "REVOKED" }));
  });

  /** Submits a task under the id of a link: as if that had been in the same moment, and the id not kept yet. */
  const takeFrom = async (link: string): Promise<void> => {
    await rig.aws.deleteItem(`reserved#${link}`);
    await submit("/tasks", { ...t("math.add", 2, 2), options: { task_id: link, countdown: 8 } });
  };

  it("does not run a link in the place of a task that has taken its id meanwhile", async () => {
    const { id, link, node } = linked(t("math.add", 1, 2));
    await submit("/tasks", { ...node, options: { ...Object(node).options, countdown: 3 } });
    await takeFrom(link);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3 });
    expect(await ended(link)).toMatchObject({ status: "SUCCESS", result: 4 });
  });

  it("leaves a task alone whose id a link of its own has taken", async () => {
    const { id, link, node } = linked(t("math.add", 1, 2));
    const stopped = rig.meddle(refusal(), (request) => isCall(request, "UpdateItem", id, "#done = "));
    await submit("/tasks", { ...node, options: { ...Object(node).options, countdown: 3 } });
    await takeFrom(link);
    await until(() => expect(stopped()).toBe(1));
    await rig.aws.setAttributes(id, { terminate: true, lease: 0 });
    await rig.aws.send("math", message(id));
    expect(await ended(id)).toMatchObject({ status: "REVOKED" });
    expect(await ended(link)).toMatchObject({ status: "SUCCESS", result: 4 });
  });

  it("has the records of its links before it is seen to have ended, by what ran in its place too", async () => {
    const { id, link, node } = linked(t("probe.replace_with", t("math.add", 1, 2)));
    const stopped = rig.meddle(refusal(), (request) => isCall(request, "SendMessage", `\\"id\\":\\"${link}`));
    await submit("/tasks", node);
    expect(await ended(id)).toMatchObject({ status: "SUCCESS", result: 3, children: expect.arrayContaining([link]) });
    expect(await rig.aws.item(link)).not.toBeNull();
    expect(await ended(link)).toMatchObject({ status: "SUCCESS", result: 3 });
    expect(stopped()).toBe(1);
  });

  it("fails at once where its arguments are gone from S3, and so does what follows", async () => {
    const id = crypto.randomUUID();
    const asked = rig.meddle(
      NO_SUCH_KEY,
      ({ service, method, path }) => service === "s3" && method === "GET" && path.includes(id),
      Infinity,
    );
    const first = { ...t("probe.identity", LARGE), options: { task_id: id } };
    const { task_id: last } = await submit("/chain", { tasks: [first, t("probe.size")] });
    const error = { type: "PayloadGone", task_id: id };
    expect(await settled(last)).toMatchObject({ status: "FAILURE", error });
    expect(await ended(id)).toMatchObject({ status: "FAILURE", retries: 0, error });
    expect(asked()).toBe(1);
    await refused(404, "GET", `/tasks/${id}`);
  });

  it("fails at once where the result before it is gone from S3", async () => {
    const id = crypto.randomUUID();
    rig.meddle(
      NO_SUCH_KEY,
      ({ service, method, path }) => service === "s3" && method === "GET" && path.includes(`results/${id}`),
      Infinity,
    );
    const first = { ...t("probe.blob", LARGE.length), options: { task_id: id } };
    const { task_id: last } = await submit("/chain", { tasks: [first, t("probe.size")] });
    expect(await settled(last)).toMatchObject({ status: "FAILURE", error: { type: "PayloadGone", task_id: last } });
  });

  it("ends well though its own submission is throttled more often than the SDK tries by itself", async () => {
    const type = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
    const throttled = rig.meddle(
      refusal(type),
      (request) => request.caller?.endsWith("-task-probe") === true && isCall(request, "PutItem", "throttled"),
      4,
    );
    const { task_id: id } = await submit("/tasks", t("probe.start", t("probe.identity", "throttled")));
    const record = await ended(id);
    expect(record).toMatchObject({ status: "SUCCESS" });
    expect(throttled()).toBe(4);
    expect(await ended(String(record.result))).toMatchObject({ status: "SUCCESS", result: "throttled" });
  });

  it("does not begin where it is a member without a record of a submission that is gone", async () => {
    const { task_id: other } = await submit("/tasks", t("math.add", 1, 2));
    const item = await rig.aws.item(other);
    const place = { canvas: crypto.randomUUID(), role: "member", index: 0, last: false, chunk: 0, together: 2 };
    const call = {
      ...z.looseObject({}).parse(JSON.parse(String(item?.["call"]))),
      submission: crypto.randomUUID(),
      place,
    };
    const id = crypto.randomUUID();
    await rig.aws.send("math", { ...message(id), call });
    const none = { waiting: 0, inFlight: 0, delayed: 0 };
    await until(async () => expect(await rig.aws.depth("math")).toEqual(none));
    expect(await rig.aws.item(id)).toBeNull();
  });
});
