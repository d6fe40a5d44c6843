import { randomUUID } from "node:crypto";
import { describe, find, findTask } from "../ask/ask.ts";
import { untilEnded } from "../ask/wait.ts";
import { type Env, readEnv } from "../aws/env.ts";
import { derivedId } from "../aws/ids.ts";
import { type Services, createServices } from "../aws/services.ts";
import { loneTask } from "../core/canvas/plan.ts";
import type { TaskNode } from "../core/canvas/signature.ts";
import { readCanvas } from "../core/define/check.ts";
import type { SubmissionAnswer } from "../core/http/answer-schemas.ts";
import { invalidInput } from "../core/http/problem.ts";
import { ANYONE } from "../core/record/caller.ts";
import { CodeTaskNodeSchema } from "../core/canvas/task-schema.ts";
import { forget } from "../end/forget.ts";
import { nodeToRetry } from "../end/retry.ts";
import { revoke } from "../end/revoke.ts";
import { refuseBacklog } from "../submit/backlog.ts";
import { toProblem } from "../submit/problem.ts";
import { oncePerKey, planNode, submissionAnswer, submitPlan } from "../submit/submission.ts";
import { submitMany } from "../submit/task.ts";
import { planRun, submitRun } from "../submit/workflow.ts";
import { runFaults } from "../core/workflow/run.ts";
import { type Client, createClientOf } from "./client.ts";
import { RequestRefused } from "./errors.ts";
import { createRecordReader } from "./http-transport.ts";
import { refusalOf } from "./problem.ts";
import type { Submitting, Transport } from "./transport.ts";

/** Where a stage is, for code in AWS that has rights to its queues and its table. */
export interface DirectOptions {
  /** The folder in which the stage's `registry.json` lies. @default the variable CELERIAC_REGISTRY */
  readonly registry?: string;
  /** @default the CELERIAC_ variables of this process, as the stage's own functions have them */
  readonly env?: Env;
}

/**
 * A client that needs no API: it writes to the stage's queues and table itself, as the API's functions do, in the name
 * of nobody. Canvases are checked before anything is written. Node only.
 * @template Modules the types of task modules. @throws ZodError naming a variable that is missing
 */
export function createDirectClient<Modules = unknown>(options: DirectOptions = {}): Client<Modules> {
  const folder = options.registry ?? process.env["CELERIAC_REGISTRY"];
  if (folder === undefined)
    throw new TypeError('Where is the registry? Give "registry", the folder of registry.json, or CELERIAC_REGISTRY.');
  return createClientOf<Modules>(refusing(createDirectTransport(createServices(folder, options.env ?? readEnv()))));
}

/** Where what a direct client starts says that it comes from. */
const ORIGIN = "client";

function createDirectTransport(services: Services): Transport {
  const once = async (
    path: string,
    body: unknown,
    how: Submitting,
    carryOut: Parameters<typeof oncePerKey>[2],
  ): ReturnType<typeof oncePerKey> => {
    how.signal?.throwIfAborted();
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    return oncePerKey(services, { key: how.idempotencyKey ?? null, scope: "", path, body: bytes }, carryOut);
  };
  const contextOf = ({ correlationId }: Submitting, now: number) => ({
    correlation: correlationId ?? randomUUID(),
    origin: ORIGIN,
    owner: null,
    now,
  });
  const submit: Transport["submit"] = async (given, how) => {
    const { node, faults } = readCanvas(given, [], services.registry, CodeTaskNodeSchema);
    if (node === null) throw invalidInput(faults);
    const keyed = await once("/canvas", node, how, async (request) => {
      const plan = planNode(node, request);
      await refuseBacklog(
        services,
        plan.tasks.map((task) => task.node.task),
      );
      await submitPlan(services, plan, contextOf(how, request.created));
    });
    return submissionAnswer(planNode(node, keyed));
  };

  return {
    submit,
    batch: async (given, how) => {
      const nodes = given.map((value) => readOne(services, value));
      const withIds = (seed: string) =>
        nodes.map((node, index) => ({ node, id: node.options.task_id ?? derivedId(seed, String(index)) }));
      const keyed = await once("/tasks/batch", nodes, how, async ({ seed, created }) => {
        await refuseBacklog(
          services,
          nodes.map((node) => node.task),
        );
        const context = contextOf(how, created);
        const tasks = withIds(seed).map(({ id, node }) => ({
          task: loneTask(id, node),
          context: { ...context, root: id },
        }));
        await submitMany(services, tasks);
      });
      return { tasks: withIds(keyed.seed).map(({ id, node }) => ({ task_id: id, task: node.task })) };
    },
    run: async (name, given, how) => {
      const workflow = services.registry.workflow(name);
      if (workflow === null) throw refusalOf(404, { detail: `There is no workflow "${name}".` }, null);
      const faults = runFaults(
        workflow.node,
        { args: [...given.args], kwargs: { ...given.kwargs } },
        services.registry,
      );
      if (faults.length > 0) throw invalidInput(faults);
      const planOf = (seed: string) => planRun(workflow, { args: [...given.args], kwargs: { ...given.kwargs } }, seed);
      const keyed = await once(`/workflows/${name}`, given, how, ({ seed, created }) =>
        submitRun(services, name, planOf(seed), contextOf(how, created)),
      );
      return submissionAnswer(planOf(keyed.seed));
    },
    find: async (id, wait, signal) => {
      const found = await untilEnded(services, id, ANYONE, { wait, signal });
      return createRecordReader()(JSON.parse(await describe(services, found)), signal);
    },
    revoke: async (id, terminate) => revoke(services, await find(services, id, ANYONE), terminate),
    retry: async (id, how) => submit(await nodeToRetry(services, await findTask(services, id, ANYONE)), how),
    forget: async (id) => forget(services, await findTask(services, id, ANYONE)),
  };
}

function readOne(services: Services, value: unknown): TaskNode {
  const { node, faults } = readCanvas(value, [], services.registry, CodeTaskNodeSchema);
  if (node === null) throw invalidInput(faults);
  if (!("task" in node)) throw invalidInput([{ path: "", message: "is no task" }]);
  return node;
}

/** The same errors as over HTTP. */
function refusing(transport: Transport): Transport {
  const wrap =
    <Args extends readonly unknown[], Result>(verb: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> =>
      verb(...args).catch((error: unknown) => {
        throw asRefusal(error);
      });
  return {
    submit: wrap<Parameters<Transport["submit"]>, SubmissionAnswer>(transport.submit),
    batch: wrap(transport.batch),
    run: wrap(transport.run),
    find: wrap(transport.find),
    revoke: wrap(transport.revoke),
    retry: wrap(transport.retry),
    forget: wrap(transport.forget),
  };
}

/** What is no refusal (a right that is missing, a network) stays what it is. */
function asRefusal(error: unknown): unknown {
  if (error instanceof RequestRefused) return error;
  const problem = toProblem(error);
  const { status, code, errors = [], message: detail, headers } = problem;
  if (status >= 500) return error;
  const retryAfter = headers["retry-after"] === undefined ? null : Number(headers["retry-after"]);
  return new RequestRefused({ status, code, detail, errors, retryAfter });
}
