import { describe, expect, it } from "vitest";
import { LiveQuery } from "../../../../src/core/http/requests.ts";

describe("the query of a look", () => {
  it("asks for queues as the document says, and in no other words", () => {
    expect(LiveQuery.parse({})).toEqual({ ids: [], queues: false });
    expect(LiveQuery.parse({ queues: "true" }).queues).toBe(true);
    expect(LiveQuery.parse({ queues: "false" }).queues).toBe(false);
    for (const queues of ["0", "1", "yes", "on", "TRUE"]) expect(LiveQuery.safeParse({ queues }).success).toBe(false);
  });
});
