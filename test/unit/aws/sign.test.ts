import { createHash, createHmac } from "node:crypto";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sign } from "../../../src/aws/clients/sign.ts";

/** SHA-256 as the SDK's signer asks for it. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    const key = secret instanceof ArrayBuffer ? new Uint8Array(secret) : secret;
    const bytes =
      typeof key === "string" || key === undefined ? key : new Uint8Array(key.buffer, key.byteOffset, key.byteLength);
    this.#hash = bytes === undefined ? createHash("sha256") : createHmac("sha256", bytes);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error("No hash is used twice.");
  }
}

const word = fc.stringMatching(/^[A-Za-z0-9/+=]{1,60}$/);
const Case = fc.record({
  body: fc.oneof(fc.json(), fc.string({ unit: "grapheme" })),
  path: fc.constantFrom("/", "/base/", "/123456789012/queue/"),
  headers: fc.dictionary(fc.stringMatching(/^x-[a-z][a-z-]{0,12}$/), fc.stringMatching(/^[ -~\t]{0,40}$/), {
    maxKeys: 6,
  }),
  accessKeyId: word,
  secretAccessKey: word,
  sessionToken: fc.option(word, { nil: undefined }),
  region: fc.constantFrom("us-east-1", "eu-central-1", "cn-north-1"),
  service: fc.constantFrom("dynamodb", "sqs", "states"),
  date: fc.date({ min: new Date("2020-01-01"), max: new Date("2040-01-01"), noInvalidDate: true }),
});

test("a request is signed as by the SDK's own signer, whatever it holds", async () => {
  await fc.assert(
    fc.asyncProperty(Case, async ({ body, path, headers, region, service, date, sessionToken, ...keys }) => {
      const credentials = { ...keys, ...(sessionToken === undefined ? {} : { sessionToken }) };
      const sent = { ...headers, host: "aws.test", "user-agent": "celeriac", "x-amzn-trace-id": "Root=1" };
      const ours: Record<string, string> = { ...sent };
      sign({ method: "POST", path, headers: ours, body }, { credentials, region, service, date });
      const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
      const request = new HttpRequest({ method: "POST", path, headers: sent, body });
      const theirs = await signer.sign(request, { signingDate: date });
      expect(ours).toEqual(theirs.headers);
    }),
    { numRuns: 300 },
  );
});
