import { describe, expect, it } from "vitest";
import { createCallFaults } from "../../src/faults/calls.ts";
import { createFaultRig } from "../../src/faults/rig.ts";
import { createRequestIds } from "../../src/gateway/request-id.ts";
import { createCallServer } from "../../src/gateway/serve-call.ts";
import type { CallServer } from "../../src/gateway/serve-call.ts";
import { createIam } from "../../src/iam/index.ts";
import { ServiceError } from "../../src/json-service.ts";
import type { JsonService } from "../../src/json-service.ts";
import { createLog } from "../../src/log.ts";
import { createVolatileStorage } from "../../src/storage/storage.ts";
import type { Storage } from "../../src/storage/storage.ts";
import type { AwsRequest } from "../../src/types.ts";

const ECHO: JsonService = {
  namespace: "com.amazonaws.test#",
  execute: (operation, input) => {
    if (operation === "Echo") return { operation, input };
    if (operation === "Fail") throw new ServiceError("Gone", "It is gone.", 404, { Item: { id: 1 } });
    throw new RangeError("a fault of the emulation");
  },
};

function serverOf(storage: Storage = createVolatileStorage()): CallServer {
  return createCallServer({
    services: { test: ECHO, sqs: ECHO },
    iam: createIam(createLog(() => {}, false)),
    machineOf: () => null,
    faults: createCallFaults(createFaultRig()),
    storage,
  });
}

function request(operation: string | null, body = "{}", service = "test"): AwsRequest {
  const parsed: unknown = body.startsWith("{") ? JSON.parse(body) : {};
  const input = { ...(typeof parsed === "object" && parsed) };
  const query = new URLSearchParams();
  return {
    service,
    operation,
    method: "POST",
    path: "/",
    query,
    headers: {},
    body: Buffer.from(body),
    input,
    caller: null,
  };
}

describe("a service of JSON in and out", () => {
  it("is given operation and input, and answers as AWS's protocol does", async () => {
    expect(await serverOf().serve(request("Echo", '{"a":1}'))).toEqual({
      status: 200,
      headers: { "content-type": "application/x-amz-json-1.0" },
      body: '{"operation":"Echo","input":{"a":1}}',
    });
  });

  it("refuses by its error's name, with what else it says", async () => {
    expect(await serverOf().serve(request("Fail"))).toEqual({
      status: 404,
      headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": "Gone" },
      body: '{"__type":"com.amazonaws.test#Gone","message":"It is gone.","Item":{"id":1}}',
    });
  });

  it("says the code of SQS's older protocol too, where it is SQS", async () => {
    expect(await serverOf().serve(request("Fail", "{}", "sqs"))).toMatchObject({
      headers: { "x-amzn-query-error": "Gone;Sender" },
    });
  });

  it.each(["nothing", "[1]", "null"])("refuses the body %s", async (body) => {
    expect(await serverOf().serve(request("Echo", body))).toMatchObject({
      status: 400,
      headers: { "x-amzn-errortype": "SerializationException" },
    });
  });

  it("passes on what is no refusal", async () => {
    await expect(serverOf().serve(request("Break"))).rejects.toThrow("a fault of the emulation");
  });

  it("is answered for once what it keeps is on disk", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let answered = false;
    const serving = serverOf({ ...createVolatileStorage(), written: () => promise })
      .serve(request("Echo"))
      .then(() => (answered = true));
    await new Promise((turn) => {
      setImmediate(turn);
    });
    expect(answered).toBe(false);
    resolve();
    expect(await serving).toBe(true);
  });
});

it("request ids are UUIDs, each another", () => {
  const next = createRequestIds();
  const ids = Array.from({ length: 1000 }, next);
  expect(new Set(ids)).toHaveLength(1000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
});
