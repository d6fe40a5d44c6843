import { AwsV4Signer } from "aws4fetch";
import fc from "fast-check";
import { describe, it } from "vitest";
import { signed } from "../../../src/client/sign.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "session" };
const text = fc.string({ unit: "grapheme", maxLength: 12 });

describe("a request to AWS", () => {
  it("is signed as another implementation signs it, whatever its path, query, headers and body are", async () => {
    const cases = fc.record({
      path: fc.array(text.map(encodeURIComponent), { maxLength: 3 }),
      // Without a name: another signer leaves such a parameter out.
      query: fc.dictionary(text.filter(Boolean), text, { maxKeys: 4 }),
      key: fc.string({ unit: fc.constantFrom("a", "B", "1", "-"), minLength: 1 }),
      body: text,
      method: fc.constantFrom("GET", "POST", "DELETE"),
      service: fc.constantFrom("execute-api", "lambda", "ses", "cloudformation"),
      time: fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ path, query, key, body, method, service, time }) => {
        const url = new URL(`https://a1.execute-api.eu-west-1.amazonaws.com/v1/${path.join("/")}`);
        for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
        const headers = { "content-type": "application/json", "idempotency-key": key };
        const mine = await signed(
          { method, url, headers, body: new TextEncoder().encode(body) },
          { credentials, region: "eu-west-1", service, date: time },
        );
        const signer = new AwsV4Signer({
          ...credentials,
          url: url.href,
          method,
          headers,
          ...(body === "" ? {} : { body }),
          service,
          region: "eu-west-1",
          datetime: mine["x-amz-date"] ?? "",
        });
        const theirs = await signer.authHeader();
        if (mine["authorization"] !== theirs) throw new Error(`${mine["authorization"]} is not ${theirs}`);
      }),
    );
  });
});
