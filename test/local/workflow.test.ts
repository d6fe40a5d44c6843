import { readFileSync, readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Node } from "../../src/core/canvas/node.ts";
import type { Part } from "../../src/core/canvas/place.ts";
import { type Plan, createPlan } from "../../src/core/canvas/plan.ts";
import { compileWorkflow } from "../../src/core/workflow/asl.ts";
import { workflowInput } from "../../src/core/workflow/layout.ts";
import { anyCanvas, t, ti } from "../fixtures/canvases.ts";
import { type Value, evaluate } from "../fixtures/evaluate.ts";
import { findTask } from "../fixtures/workflow-tasks.ts";
import {
  type SentMessage,
  TestStates,
  outputOf,
  settle,
} from "../../packages/embedded-aws/test/step-functions/harness.ts";

const PREFIX = "https://sqs.us-east-1.amazonaws.com/000000000000/celeriac-local-";

const deployable = (definition: unknown): string => JSON.stringify(definition).replaceAll("${QueueUrlPrefix}", PREFIX);
const compile = (node: Node): string =>
  deployable(compileWorkflow("test", node, { find: findTask, queueAllowance: 600 }));

function planOf(node: Node): Plan {
  let ids = 0;
  return createPlan(node, () => `id${(ids += 1)}`, null, "workflow");
}

/** Answers what a machine sends as workers and the canvas function do, in an order that is not the submitted one. */
class Workers {
  readonly results = new Map<string, Value>();
  readonly #states: TestStates;
  readonly #plan: Plan;
  #answered = 0;

  constructor(states: TestStates, plan: Plan) {
    this.#states = states;
    this.#plan = plan;
  }

  async workOff(): Promise<void> {
    for (let waiting = this.#next(); waiting.length > 0; waiting = this.#next()) {
      for (const message of waiting.toReversed()) await this.#handle(message);
      await settle(2);
    }
  }

  #next(): SentMessage[] {
    const waiting = this.#states.sent.slice(this.#answered);
    this.#answered = this.#states.sent.length;
    return waiting;
  }

  async #handle({ body, token, queueUrl }: SentMessage): Promise<void> {
    if (body["op"] === "settle") return;
    const id = String(body["id"]);
    const task = this.#plan.tasks.find((other) => other.id === id);
    const queue = task === undefined ? "canvas" : task.node.task.slice(0, task.node.task.indexOf("."));
    if (queueUrl !== PREFIX + queue) throw new Error(`${id} was sent to ${queueUrl}`);
    if (this.results.has(id)) throw new Error(`${id} was started twice`);
    const value = task === undefined ? this.#list(id) : evaluate(task.node, this.#inputOf(task.input));
    this.results.set(id, value);
    const isMember = task?.place?.role === "member";
    if (value.ok || isMember) await this.#states.succeed(token);
    else await this.#states.fail(token);
  }

  #inputOf(id: string | null): { value: unknown } | null {
    if (id === null) return null;
    const value = this.results.get(id);
    if (value?.ok !== true) throw new Error(`what comes after ${id} was started, and that has not succeeded`);
    return { value: value.value };
  }

  /** What a close gives; a member whose branch came to an early end has no result. */
  #list(id: string): Value {
    const group = this.#plan.canvases.find((canvas) => canvas.id === id);
    if (group?.kind !== "group") throw new Error(`${id} is neither a task nor a group`);
    const values = group.members.map((part: Part): Value => this.results.get(part.result) ?? { ok: false, error: "?" });
    const failed = values.find((value) => !value.ok);
    return failed ?? { ok: true, value: values.map((value) => (value.ok ? value.value : null)) };
  }
}

/** Runs a canvas as the machine that it is compiled into. */
async function run(
  node: Node,
): Promise<{ description: Readonly<Record<string, unknown>>; value: Value | undefined; sent: readonly SentMessage[] }> {
  const states = new TestStates();
  const plan = planOf(node);
  states.deploy(compile(node));
  const workers = new Workers(states, plan);
  const arn = await states.start(workflowInput(plan));
  await workers.workOff();
  const description = await states.describe(arn);
  states.states.stop();
  return { description, value: workers.results.get(plan.top.result), sent: states.sent };
}

describe("the definitions of workflows", () => {
  const folder = new URL("../fixtures/asl/golden/", import.meta.url);

  it.each(readdirSync(folder))("%s is taken by Step Functions", (file) => {
    const states = new TestStates();
    const definition: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    expect(() => states.deploy(deployable(definition))).not.toThrow();
    states.states.stop();
  });

  it("run any canvas to the value that Celery's rules give it, and fail where it fails", async () => {
    await fc.assert(
      fc.asyncProperty(anyCanvas(4), async (node) => {
        const expected = evaluate(node);
        const { description, value } = await run(node);
        // Where it fails, what never ran is settled by the canvas function, which is not here.
        const ended = expected.ok ? { status: "SUCCEEDED", value: expected } : { status: "FAILED", value };
        expect({ status: description["status"], value }).toEqual(ended);
      }),
      { numRuns: 150 },
    );
  });

  it("run 50 members of one task, 40 at once, and close once", async () => {
    const members = Array.from({ length: 50 }, (_, n) => (n === 7 ? ti("math.add", 1, 1) : t("math.add", n, n)));
    const { description, value, sent } = await run({ group: members });
    expect(description["status"]).toBe("SUCCEEDED");
    expect(value).toEqual({ ok: true, value: members.map((_, n) => (n === 7 ? 2 : 2 * n)) });
    expect(sent.filter(({ body }) => body["op"] === "close")).toHaveLength(1);
  });

  it("settle by the canvas queue what a failed step leaves behind", async () => {
    const { description, sent } = await run({ chain: [t("probe.fail"), t("math.add", 1)] });
    expect(description).toMatchObject({ status: "FAILED", error: "Celeriac.Failed" });
    expect(sent.map(({ body }) => body["op"])).toEqual(["run", "settle"]);
    expect(sent.at(-1)).toMatchObject({ queueUrl: `${PREFIX}canvas`, body: { op: "settle", id: "id1" } });
  });

  it("settle where a state's time is over, and go on in a group, whose other members don't stop", async () => {
    const states = new TestStates();
    const node = { chain: [{ group: [t("math.add", 1, 2), t("probe.identity", 1)] }, t("math.xsum")] };
    states.deploy(compile(node));
    const arn = await states.start(workflowInput(planOf(node)));
    await states.succeed(states.sent.find(({ queueUrl }) => queueUrl.endsWith("probe"))?.token ?? "");
    await states.clock.advance(30 + 600);
    expect(states.sent.at(-1)?.body).toMatchObject({ op: "close" });
    await states.clock.advance(900 + 600);
    expect(states.sent.at(-1)?.body).toMatchObject({ op: "settle" });
    expect(await states.describe(arn)).toMatchObject({ status: "FAILED" });
    states.states.stop();
  });
});

describe("a workflow that is started without ids", () => {
  it("asks the canvas function for them, with its input, and goes on with what it is given", async () => {
    const states = new TestStates();
    const node = { chain: [t("math.add"), t("math.mul", 2)] };
    states.deploy(compile(node));
    const arn = await states.start({ args: [1, 2] }, { name: "by-hand" });
    expect(states.sent).toMatchObject([
      {
        queueUrl: `${PREFIX}canvas`,
        body: { op: "prepare", workflow: "test", execution: arn, input: { args: [1, 2] } },
      },
    ]);
    expect(Date.parse(String(states.sent[0]?.body["started"]))).toBe(states.clock.now());
    const input = workflowInput(planOf(node));
    await states.succeed(states.lastToken, input);
    expect(states.sent.at(-1)?.body).toMatchObject({ op: "run", id: input.ids["math_add"] });
    await states.succeed(states.lastToken);
    await states.succeed(states.lastToken);
    const description = await states.describe(arn);
    expect(description).toMatchObject({ status: "SUCCEEDED" });
    expect(outputOf(description)).toEqual(input);
    states.states.stop();
  });

  it("fails with the reason where it is refused them, and runs nothing", async () => {
    const states = new TestStates();
    states.deploy(compile(t("math.add")));
    const arn = await states.start({ args: "no list" });
    await states.fail(states.lastToken, "Celeriac.Refused", "/args is no list");
    expect(await states.describe(arn)).toMatchObject({
      status: "FAILED",
      error: "Celeriac.Refused",
      cause: "/args is no list",
    });
    expect(states.sent).toHaveLength(1);
    states.states.stop();
  });
});
