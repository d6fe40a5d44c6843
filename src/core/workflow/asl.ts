import { MAX_DELAY, MAX_HOPS } from "../limits.ts";
import type { Node } from "../canvas/node.ts";
import { createPlan } from "../canvas/plan.ts";
import { moduleOf } from "../record/record.ts";
import type { RegisteredTask } from "../define/registry.ts";
import type { NodeOptions, TaskNode } from "../canvas/signature.ts";
import { type Block, type GroupBlock, type TaskBlock, firstState, isEmpty, layOut } from "./layout.ts";

/** A definition in Amazon States Language, or a part of one. */
export type Asl = Readonly<Record<string, unknown>>;

/** What a definition depends on besides its canvas. */
export interface CompileOptions {
  /** The task of a name. */
  readonly find: (name: string) => RegisteredTask | null;
  /** Seconds that a state leaves its task for waiting in queues, besides running. */
  readonly queueAllowance: number;
}

/** The placeholder that CloudFormation replaces by what every queue's URL begins with; a module's name follows. */
export const QUEUE_URL_PREFIX = "QueueUrlPrefix";

/** Seconds that three deliveries to the canvas function may take. */
const CANVAS_SECONDS = 900;
/** After this many doublings every backoff has come to its maximum. */
const BACKOFF_STEPS = 64;

/** AWS runs 40 iterations of an inline Map at once, whatever it asks for. */
const MAP_CONCURRENCY = 40;

const SEND = "arn:aws:states:::sqs:sendMessage";
const SEND_AND_WAIT = `${SEND}.waitForTaskToken`;
const SETTLE = "Settle";

/**
 * Compiles a canvas into the definition of a machine: a state for each task, a Parallel for each group (a Map where
 * more than 40 members are the same task) with a state that closes it. The machine is told ids; started without, it
 * asks for them first.
 * @throws Error for a task that `options.find` does not know.
 */
export function compileWorkflow(name: string, node: Node, options: CompileOptions): Asl {
  let ids = 0;
  const layout = layOut(createPlan(node, () => String((ids += 1)), null, "workflow"));
  const first = firstState(layout);
  const compiler = new Compiler(options);
  return {
    Comment: `The workflow ${name}`,
    StartAt: "Start",
    States: {
      // A person who starts it by hand gives arguments; the API gives the ids of records that it has made.
      Start: { Type: "Choice", Choices: [{ Variable: "$.ids", IsPresent: true, Next: first }], Default: "Prepare" },
      Prepare: compiler.prepare(name, first),
      ...compiler.states(layout, { next: null, onFailure: SETTLE, inBranch: false }),
      [SETTLE]: {
        Type: "Task",
        Resource: SEND,
        Parameters: { QueueUrl: queueUrl("canvas"), MessageBody: { op: "settle", "id.$": "$.id" } },
        ResultPath: null,
        Next: "Failed",
      },
      Failed: { Type: "Fail", Error: "Celeriac.Failed" },
    },
  };
}

/**
 * Seconds that the state of a task waits: its countdown, every attempt up to its hard limit, the delays between them,
 * and the allowance for queues. A task that is retried without bound has a year.
 */
export function stateSeconds(task: RegisteredTask, options: NodeOptions, queueAllowance: number): number {
  const retries = options.max_retries === undefined ? task.max_retries : options.max_retries;
  if (retries === null) return MAX_DELAY;
  const bounded = Math.min(retries, MAX_HOPS);
  const running = (bounded + 1) * (options.time_limit ?? task.time_limit);
  const seconds = (options.countdown ?? 0) + running + delaysOf(task, bounded) + queueAllowance;
  return Math.min(MAX_DELAY, Math.ceil(seconds));
}

/**
 * The longest delays before the retries: a task's code may ask for the plain delay where its policy says backoff.
 */
function delaysOf(task: RegisteredTask, retries: number): number {
  const { retry_delay: plain, retry_backoff: backoff, retry_backoff_max: max } = task;
  if (backoff === false) return retries * plain;
  const factor = backoff === true ? 1 : backoff;
  const steps = Math.min(retries, BACKOFF_STEPS);
  const growing = Array.from({ length: steps }, (_, n) => Math.max(plain, Math.min(max, factor * 2 ** n)));
  return growing.reduce((sum, delay) => sum + delay, 0) + (retries - steps) * Math.max(plain, max);
}

/** Where a block leads. */
interface Flow {
  /** The state after it; null where it ends its machine or branch. */
  readonly next: string | null;
  /** The state that takes its failures. */
  readonly onFailure: string;
  /**
   * Whether it is in a branch: what a branch puts out is dropped, but counts towards the 256 KiB of its Parallel, so it
   * is `{}`.
   */
  readonly inBranch: boolean;
}

class Compiler {
  readonly #find: CompileOptions["find"];
  readonly #queueAllowance: number;

  constructor({ find, queueAllowance }: CompileOptions) {
    this.#find = find;
    this.#queueAllowance = queueAllowance;
  }

  /** The states of a block, in the order in which they run. */
  states(block: Block, flow: Flow): Record<string, Asl> {
    if (block.kind === "task") return { [block.state]: this.#task(block, flow) };
    if (block.kind === "group") return this.#group(block, flow);
    const { blocks } = block;
    return Object.assign(
      {},
      ...blocks.map((inner, index) => {
        const after = blocks[index + 1];
        return this.states(inner, { ...flow, next: after === undefined ? flow.next : firstState(after) });
      }),
    );
  }

  /** Has the records made that a run needs; its output is the input of a run that was given ids. */
  prepare(workflow: string, next: string): Asl {
    return {
      Type: "Task",
      Resource: SEND_AND_WAIT,
      TimeoutSeconds: this.#canvasSeconds(),
      Parameters: {
        QueueUrl: queueUrl("canvas"),
        MessageBody: {
          op: "prepare",
          workflow,
          "execution.$": "$$.Execution.Id",
          "started.$": "$$.Execution.StartTime",
          "input.$": "$",
          "token.$": "$$.Task.Token",
        },
      },
      Retry: RETRY,
      Next: next,
    };
  }

  #task({ key, task }: TaskBlock, flow: Flow): Asl {
    return waitFor(
      {
        queue: moduleOf(task.node.task),
        body: { op: "run", "id.$": `$.ids.${key}` },
        seconds: this.#seconds(task.node),
      },
      flow,
    );
  }

  #group(block: GroupBlock, flow: Flow): Record<string, Asl> {
    const message = { op: "close", "id.$": `$.ids.${block.key}` };
    const close = waitFor({ queue: "canvas", body: message, seconds: this.#canvasSeconds() }, flow);
    return {
      ...(isEmpty(block) ? {} : { [block.state]: { ...this.#fork(block), ResultPath: null, Next: block.close } }),
      [block.close]: close,
    };
  }

  /** Members do not stop each other: a branch that fails comes to its own end, and the close says what became of it. */
  #fork({ members }: GroupBlock): Asl {
    if (members.kind === "branches") {
      const Branches = members.branches.map(({ block, lost }) => ({
        StartAt: firstState(block),
        States: { ...this.states(block, { next: null, onFailure: lost, inBranch: true }), [lost]: LOST },
      }));
      return { Type: "Parallel", Branches };
    }
    const { state, lost, key, tasks } = members;
    const member = {
      queue: moduleOf(tasks[0]?.node.task ?? ""),
      body: { op: "run", "id.$": "$.id" },
      seconds: Math.max(...tasks.map((task) => this.#seconds(task.node))),
    };
    return {
      Type: "Map",
      ItemsPath: `$.ids.${key}`,
      MaxConcurrency: MAP_CONCURRENCY,
      ItemSelector: { "id.$": "$$.Map.Item.Value" },
      ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: state,
        States: { [state]: waitFor(member, { next: null, onFailure: lost, inBranch: true }), [lost]: LOST },
      },
    };
  }

  #seconds(node: TaskNode): number {
    const task = this.#find(node.task);
    if (task === null) throw new Error(`No task "${node.task}" is registered.`);
    return stateSeconds(task, node.options, this.#queueAllowance);
  }

  #canvasSeconds(): number {
    return CANVAS_SECONDS + this.#queueAllowance;
  }
}

/** Retries are for messages that could not be sent; what failed by itself has been retried by its own policy. */
const RETRY = [
  { ErrorEquals: ["Celeriac.Failed", "Celeriac.Refused"], MaxAttempts: 0 },
  { ErrorEquals: ["States.TaskFailed"], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 2 },
];

/** The end of a branch whose member failed, or was given up. */
const LOST = { Type: "Pass", Result: {}, End: true };

/** A state that sends a message, and waits until its token is answered. */
function waitFor(message: { readonly queue: string; readonly body: Asl; readonly seconds: number }, flow: Flow): Asl {
  return {
    Type: "Task",
    Resource: SEND_AND_WAIT,
    TimeoutSeconds: message.seconds,
    Parameters: {
      QueueUrl: queueUrl(message.queue),
      MessageBody: { ...message.body, "token.$": "$$.Task.Token" },
    },
    ...(flow.next === null && flow.inBranch ? {} : { ResultPath: null }),
    Retry: RETRY,
    Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: null, Next: flow.onFailure }],
    ...(flow.next === null ? { End: true } : { Next: flow.next }),
  };
}

function queueUrl(queue: string): string {
  return `\${${QUEUE_URL_PREFIX}}${queue}`;
}
