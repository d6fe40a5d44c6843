import { describe, expect, it } from "vitest";
import { SubmissionAnswer, UploadAnswer } from "../../src/core/http/answer-schemas.ts";
import { t } from "../fixtures/canvases.ts";
import { apiUrl } from "./support/served.ts";

const { origin } = new URL(apiUrl);
const task = t("math.add", 1, 2);
const SUBMISSIONS: readonly (readonly [path: string, body: unknown])[] = [
  ["/tasks", task],
  ["/add", { x: 1, y: 2 }],
  ["/chain", { tasks: [task, t("math.mul", 2)] }],
  ["/workflows/etl", { args: ["a,b\n1,2\n"] }],
];

const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

/** A location as a client takes it: from the URL that it has asked. */
const leadsTo = (answer: Response): string => new URL(answer.headers.get("location") ?? "", answer.url).href;

describe.each(["", "/v1"])("under the base path '%s' a location", (base) => {
  it.each(SUBMISSIONS)("of POST %s leads to the result", async (path, body) => {
    const answer = await post(origin + base + path, body);
    const { task_id: id } = SubmissionAnswer.parse(await answer.json());
    expect(leadsTo(answer)).toBe(`${origin}${base}/result/${id}`);
    const result = await fetch(leadsTo(answer));
    expect(result.status).toBe(200);
    expect(await result.json()).toMatchObject({ task_id: id });
  });

  it("of an upload leads to where it is processed", async () => {
    const answer = await post(`${origin}${base}/documents/uploads`, { filename: "a.txt", content_type: "text/plain" });
    const upload = UploadAnswer.parse(await answer.json());
    expect(upload).toBeDefined();
    expect(leadsTo(answer)).toMatch(new RegExp(`^${origin}${base}/documents/uploads/[^/]+/process$`));
  });
});

it("an idempotency key is the same under every base path", async () => {
  const headers = { "idempotency-key": crypto.randomUUID() };
  const ids = [];
  for (const base of ["", "/v1"])
    ids.push(SubmissionAnswer.parse(await (await post(`${origin}${base}/tasks`, task, headers)).json()).task_id);
  expect(ids[0]).toBe(ids[1]);
});
