import { describe, expect, it } from "vitest";
import { t } from "../fixtures/canvases.ts";
import { refused, settled, submit } from "./support/api.ts";

const unknown = { task: "no.such" };
const wrong = { task: "math.mul", args: ["x", 1], immutable: true };
const fine = { task: "math.add", args: [1, 2] };
const pathsOf = async (path: string, body: unknown): Promise<string[]> =>
  ((await refused(400, "POST", path, body)).errors ?? []).map((error) => error.path);

/** A task in this many levels of groups. */
const nested = (depth: number): unknown => (depth === 0 ? fine : { group: [nested(depth - 1)] });
const many = (length: number, node: unknown = fine): unknown[] => Array.from({ length }, () => node);

const wrongNodes = [
  fine,
  { group: [unknown, { chain: [fine, wrong] }] },
  { chord: { header: [wrong], body: { chain: [fine, unknown] } } },
];
const places = ["1/group/0/task", "1/group/1/chain/1/args/0", "2/chord/header/0/args/0", "2/chord/body/chain/1/task"];

describe("a canvas that cannot run", () => {
  it.each([
    ["/canvas", { chain: wrongNodes }, places.map((place) => `/chain/${place}`)],
    ["/chain", { tasks: wrongNodes }, places.map((place) => `/tasks/${place}`)],
    ["/group", { tasks: wrongNodes }, places.map((place) => `/tasks/${place}`)],
    ["/chord", { header: [unknown, fine], body: { ...wrong, immutable: false } }, ["/header/0/task"]],
    [
      "/chord",
      { header: [wrong, { group: [unknown] }], body: wrong },
      ["/body/args/0", "/header/0/args/0", "/header/1/group/0/task"],
    ],
    ["/canvas", unknown, ["/task"]],
    ["/canvas", { ...fine, args: [1] }, ["/args"]],
  ])("is refused by the place of each fault: %s %j", async (path, body, expected) => {
    expect((await pathsOf(path, body)).toSorted()).toEqual(expected.toSorted());
  });

  it.each([
    ["/canvas", { chain: [] }, ["/chain"]],
    ["/chain", { tasks: [] }, ["/tasks"]],
    ["/chain", {}, ["/tasks"]],
    ["/group", { tasks: {} }, ["/tasks"]],
    ["/chord", { header: [fine] }, ["/body"]],
    ["/chord", { body: fine }, ["/header"]],
    ["/canvas", {}, [""]],
    ["/canvas", { group: [], chain: [fine] }, [""]],
    ["/canvas", { group: [[]], colour: "red" }, ["/colour", "/group/0"]],
    ["/chain", { tasks: [fine], colour: "red" }, ["/colour"]],
    [
      "/canvas",
      {
        chain: [
          { ...fine, options: { countdown: -1 } },
          { ...fine, options: { colour: "red" } },
        ],
      },
      ["/chain/0/options/countdown", "/chain/1/options/colour"],
    ],
    ["/canvas", { group: [{ chain: [fine], options: {} }] }, ["/group/0/options"]],
    ["/canvas", { group: [{ ...fine, options: { link: [unknown] } }] }, ["/group/0/options/link/0/task"]],
  ])("is refused where it is none: %s %j", async (path, body, expected) => {
    expect((await pathsOf(path, body)).toSorted()).toEqual(expected);
  });

  it("is refused where it is too deep, too long or too wide, and not just below that", async () => {
    expect(await pathsOf("/canvas", nested(51))).toEqual(["/group/0".repeat(50)]);
    expect(await pathsOf("/group", { tasks: [nested(50)] })).toEqual([`/tasks/0${"/group/0".repeat(49)}`]);
    expect(await pathsOf("/chain", { tasks: many(1_001) })).toEqual(["/tasks"]);
    expect(await pathsOf("/group", { tasks: many(10_001) })).toEqual(["/tasks"]);
    expect(await pathsOf("/chord", { header: many(10_001), body: fine })).toEqual(["/header"]);
    expect(await pathsOf("/canvas", { chain: [{ group: many(10_000) }, { group: many(10_000) }, fine] })).toEqual([""]);
    const { task_id: id } = await submit("/canvas", nested(50));
    expect(await settled(id)).toMatchObject({ status: "SUCCESS", result: [3] });
  });

  it("is refused where its options are too large to be kept with a task", async () => {
    const large = { ...fine, options: { link: [t("probe.size", "x".repeat(200_000))] } };
    expect(await pathsOf("/chain", { tasks: [fine, large] })).toEqual(["/tasks/1/options"]);
    expect(await pathsOf("/tasks", large)).toEqual(["/options"]);
    const kept = { ...fine, options: { link: [t("probe.size", "x".repeat(100_000))] } };
    const { task_id: id } = await submit("/canvas", { chain: [kept, { ...kept, immutable: true }] });
    expect(await settled(id)).toMatchObject({ status: "SUCCESS" });
  });

  it("is refused where two of its tasks are to have one id, or an id is another's", async () => {
    const [one, two] = [crypto.randomUUID(), crypto.randomUUID()];
    const chosen = (id: string): unknown => ({ ...fine, options: { task_id: id }, immutable: true });
    expect(await pathsOf("/canvas", { chain: [chosen(one), { group: [chosen(one)] }] })).toEqual([
      "/chain/1/group/0/options/task_id",
    ]);
    await submit("/canvas", { chain: [fine, chosen(two)] });
    await refused(409, "POST", "/canvas", { chain: [chosen(one), chosen(two)] });
    await refused(404, "GET", `/result/${one}`);
  });
});
