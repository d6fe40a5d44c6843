import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { UnreadableMessage, readTaskMessage } from "../../../src/celery/message.ts";
import { plainValue } from "../../../src/celery/values.ts";

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
const NO_EMBED = { callbacks: null, errbacks: null, chain: null, chord: null };
const HEADERS = { task: "proj.tasks.add", id: "id-1", timelimit: [30, 20], group: null, root_id: "id-0" };

/** A message of protocol 2, with what a test says differently. */
function envelope({ headers = {}, ...rest }: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    body: base64([[2, 3], { z: 1 }, NO_EMBED]),
    "content-type": "application/json",
    headers: { ...HEADERS, ...Object(headers) },
    properties: { body_encoding: "base64" },
    ...rest,
  };
}

/** What is thrown for a message. */
function refusal(text: string): UnreadableMessage {
  try {
    readTaskMessage(text);
  } catch (error) {
    if (error instanceof UnreadableMessage) return error;
    throw error;
  }
  throw new Error("The message was read.");
}

describe("a message of a Celery client", () => {
  it("is read where kombu wrote it in base64, and where it wrote it plainly", () => {
    for (const text of [base64(envelope()), JSON.stringify(envelope())]) {
      const { signature, root } = readTaskMessage(text);
      expect(signature).toMatchObject({ task: "proj.tasks.add", args: [2, 3], kwargs: { z: 1 } });
      expect(root).toBe("id-0");
    }
  });

  it("names the hard limit before the soft one", () => {
    const { options } = readTaskMessage(base64(envelope())).signature;
    expect(options).toMatchObject({ task_id: "id-1", time_limit: 30, soft_time_limit: 20 });
  });

  it("has the rest of its chain in the order in which it is run", () => {
    const chain = [{ task: "last" }, { task: "next" }];
    const read = readTaskMessage(base64(envelope({ body: base64([[], {}, { ...NO_EMBED, chain }]) })));
    expect(read.chain.map(({ task }) => task)).toEqual(["next", "last"]);
  });

  it("may be compressed, as a zlib stream that is called gzip", () => {
    const body = deflateSync(JSON.stringify([["x"], {}, NO_EMBED])).toString("base64");
    const read = readTaskMessage(base64(envelope({ body, headers: { compression: "application/x-gzip" } })));
    expect(read.signature.args).toEqual(["x"]);
  });

  it("may be of protocol 1, with all in its body", () => {
    const body = base64({ task: "proj.tasks.add", id: "id-1", args: [1], kwargs: {}, taskset: "group-1" });
    const old = { body, "content-type": "application/json", properties: { body_encoding: "base64" } };
    expect(readTaskMessage(base64(old))).toMatchObject({
      signature: { args: [1], options: { task_id: "id-1", group_id: "group-1" } },
      group: { id: "group-1" },
    });
  });

  it("is refused as pickle, and names the task whose client is to hear of it", () => {
    const pickle = refusal(base64(envelope({ "content-type": "application/x-python-serialize" })));
    expect(pickle).toMatchObject({ taskId: "id-1", type: "ContentDisallowed" });
  });

  it("is refused where it is none", () => {
    for (const text of ["", "no base64 at all", "{}", base64({ body: 5 }), base64([1, 2])])
      expect(refusal(text)).toMatchObject({ taskId: null, type: "DecodeError" });
    expect(refusal(base64(envelope({ body: base64([1]) })))).toMatchObject({ taskId: "id-1", type: "DecodeError" });
  });
});

describe("a value that JSON has no form for", () => {
  it("becomes plain, however deep it lies", () => {
    const value = {
      when: { __type__: "datetime", __value__: "2026-01-02T03:04:05" },
      ids: [{ __type__: "uuid", __value__: { hex: "0123456789abcdef0123456789abcdef" } }],
      price: { __type__: "decimal", __value__: "1.10" },
      own: { __type__: "x", __value__: 1, more: true },
    };
    expect(plainValue(value)).toEqual({
      when: "2026-01-02T03:04:05",
      ids: ["01234567-89ab-cdef-0123-456789abcdef"],
      price: "1.10",
      own: { __type__: "x", __value__: 1, more: true },
    });
  });
});
