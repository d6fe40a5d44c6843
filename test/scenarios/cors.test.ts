import { describe, expect, it } from "vitest";
import { call } from "./support/api.ts";

/** One that the local stage names in cdk.json. */
const PAGE = "http://localhost:5173";
const allowed = (answer: { headers: Headers }) => answer.headers.get("access-control-allow-origin");

describe("a page of another origin", () => {
  it("is told what it may send", async () => {
    const asks = { origin: PAGE, "access-control-request-method": "POST" };
    const answer = await call("OPTIONS", "/tasks", undefined, asks);
    expect(answer.status).toBe(204);
    expect(allowed(answer)).toBe(PAGE);
    expect(answer.headers.get("access-control-allow-methods")).toBe("POST, GET, OPTIONS");
    expect(answer.headers.get("access-control-allow-headers")).toContain("idempotency-key");
    expect(answer.headers.get("access-control-max-age")).toBe("7200");
    expect(answer.headers.get("vary")).toBe("origin");
  });

  it("may read answers and their locations", async () => {
    const answer = await call("POST", "/add", { x: 1, y: 2 }, { origin: PAGE });
    expect(answer.status).toBe(202);
    expect(allowed(answer)).toBe(PAGE);
    expect(answer.headers.get("access-control-expose-headers")).toContain("location");
  });

  it("may read why it was refused, by a function as by the gateway", async () => {
    const byFunction = await call("POST", "/add", { x: "1" }, { origin: PAGE });
    expect([byFunction.status, allowed(byFunction)]).toEqual([400, PAGE]);
    const tooLarge = new Uint8Array(11 * 1024 * 1024);
    const byGateway = await call("POST", "/documents?filename=a.txt", tooLarge, { origin: PAGE });
    expect([byGateway.status, allowed(byGateway)]).toEqual([413, PAGE]);
  });

  it("may not, where the stage does not name it", async () => {
    const stranger = { origin: "https://evil.example.com", "access-control-request-method": "POST" };
    expect(allowed(await call("OPTIONS", "/tasks", undefined, stranger))).toBeNull();
    expect(allowed(await call("POST", "/add", { x: 1, y: 2 }, stranger))).toBeNull();
    const answer = await call("GET", "/health", undefined, stranger);
    expect([answer.status, answer.headers.get("vary")]).toEqual([200, "origin"]);
  });
});
