import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { formOfObject, urlOfObject } from "../../../src/aws/objects.ts";

const place = { bucket: "files", key: "results/one" };

beforeAll(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
  vi.stubEnv("AWS_REGION", "us-east-1");
  // As LocalStack gives it to a function: its container's address in Docker's network.
  vi.stubEnv("AWS_ENDPOINT_URL", "http://172.18.0.2:4566");
  vi.stubEnv("CELERIAC_EMULATOR_URL", "http://127.0.0.1:4566");
});
afterAll(() => vi.unstubAllEnvs());

it("a URL that others get an object by leads to where they reach the emulator, not to where functions do", async () => {
  const url = await urlOfObject(place, { seconds: 60, contentType: "text/plain" });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:4566\/files\/results\/one\?/);
  expect(url).toContain("X-Amz-Signature=");
});

it("so does a form that others upload by", async () => {
  const form = await formOfObject(place, { contentType: "text/plain", maxBytes: 10, seconds: 60, metadata: {} });
  expect(form.url).toBe("http://127.0.0.1:4566/files");
});
