import { describe, expect, it } from "vitest";
import { t } from "../fixtures/canvases.ts";
import { call, runCanvas, settled, submit, taskOf } from "./support/api.ts";

const KB = 1024;
const MB = 1024 * KB;

/**
 * Around each size at which something changes: what an item carries itself, a message's and a state's 256 KB, an item's
 * 400 KB, an answer's 1 MB, and the most that a result may have.
 */
const SIZES = [
  2,
  3,
  4 * KB,
  4 * KB + 1,
  256 * KB - 1,
  256 * KB,
  256 * KB + 1,
  399 * KB,
  400 * KB,
  401 * KB,
  MB,
  MB + 1,
];
const MOST = 5 * MB;

/** A task whose result has this many bytes as JSON: two of them are quotes. */
const blob = (bytes: number): ReturnType<typeof t> => t("probe.blob", bytes - 2);

/** How an answer brings a result. */
async function resultOf(id: string): Promise<unknown> {
  const record = await settled(id);
  const { json } = await call("GET", `/result/${id}`);
  const byUrl = typeof json === "object" && json !== null && "result_url" in json;
  return { status: record.status, length: String(record.result).length, byUrl };
}

describe("a result", () => {
  it.each([...SIZES, MOST])("of %i bytes is answered, in place up to 1 MB", async (bytes) => {
    const { task_id: id } = await submit("/tasks", blob(bytes));
    expect(await resultOf(id)).toEqual({ status: "SUCCESS", length: bytes - 2, byUrl: bytes > MB });
  });

  it.each([...SIZES, MOST])("of %i bytes travels through a chain, a group and a chord", async (bytes) => {
    const length = bytes - 2;
    const [chain, group, chord] = await Promise.all([
      runCanvas({ chain: [blob(bytes), t("probe.identity"), t("probe.size")] }),
      runCanvas({ chain: [blob(bytes), { group: [t("probe.size"), t("probe.size")] }] }),
      runCanvas({ chord: { header: [blob(bytes), t("math.add", 1, 1)], body: t("probe.size") } }),
    ]);
    expect(chain).toMatchObject({ status: "SUCCESS", result: length });
    expect(group).toMatchObject({ status: "SUCCESS", result: [length, length] });
    expect(chord).toMatchObject({ status: "SUCCESS", result: 2 });
  });

  it("of one byte more than 5 MB fails as ResultTooLarge, and so does what follows", async () => {
    const large = blob(MOST + 1);
    const error = { type: "ResultTooLarge" };
    const [chain, group, chord] = await Promise.all([
      runCanvas({ chain: [large, t("probe.size")] }),
      runCanvas({ group: [t("math.add", 1, 1), large] }),
      runCanvas({ chord: { header: [large], body: t("probe.size") } }),
    ]);
    expect(chain).toMatchObject({ status: "FAILURE", error });
    expect(group).toMatchObject({ status: "FAILURE", error, completed: 1, failed: 1 });
    expect(chord).toMatchObject({ status: "FAILURE", error: { type: "ChordError" } });
  });
});

describe("arguments", () => {
  /** Numbers that take 5 bytes in a request, and 22 in the JSON that is kept of them. */
  const numbers = (count: number): string =>
    `{"task":"math.tsum","args":[[${Array.from({ length: count }, () => "1e20").join()}]]}`;

  it("of 4 MB are answered in place, and larger ones by a URL", async () => {
    // Besides the numbers: the brackets around them, and the result, which is answered with them.
    const [most, more] = [Math.floor((4 * MB - 50) / 22), Math.ceil((4 * MB) / 22)];
    const inPlace = await taskOf(await settle(numbers(most)));
    expect(inPlace.args).toEqual([Array.from({ length: most }, () => 1e20)]);
    expect(inPlace.args_url).toBeUndefined();
    const byUrl = await taskOf(await settle(numbers(more)));
    expect(byUrl).toMatchObject({ status: "SUCCESS", args: null, kwargs: null });
    const response = await fetch(byUrl.args_url ?? "");
    expect(await response.json()).toEqual([[Array.from({ length: more }, () => 1e20)], {}]);
  });

  it("are answered however large they are", async () => {
    const { args, args_url: url } = await taskOf(await settle(numbers(800_000)));
    expect(args).toBeNull();
    expect((await fetch(url ?? "")).headers.get("content-length")).toBe(String(22 * 800_000 + "[[[]],{}]".length - 1));
  });
});

/** Submits a task whose body is this text, and waits for its end. @returns its id. */
async function settle(body: string): Promise<string> {
  const { task_id: id } = await submit("/tasks", body, { "content-type": "application/json" });
  await settled(id);
  return id;
}
