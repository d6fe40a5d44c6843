import type { ArgsOf, KwargsOf, ResultOf, Sent } from "../core/canvas/flow.ts";
import type { Node } from "../core/canvas/node.ts";
import { type CallOptions, type Signature, type TaskNode, wireOptions } from "../core/canvas/signature.ts";
import type { Canvas, CanvasOptions } from "../core/define/builders.ts";
import { withOptions } from "../core/define/builders.ts";
import { nodeToJson } from "../core/canvas/write-node.ts";
import { callNode } from "../core/define/reference.ts";
import { type Handle, createHandle } from "./handle.ts";
import { type AnyRef, type Meant, type NameIn, type RefOf, type TaskNamed, task as taskRef } from "./tasks.ts";
import type { RunArguments, Submitting, Transport } from "./transport.ts";

/** A canvas, or a task with its arguments, as the builders make them. */
type Whole = Canvas | Signature;

/** A call of a task with all that can be said of it. */
export type Call<Task> = {
  readonly args: ArgsOf<Task>;
  readonly kwargs?: KwargsOf<Task>;
} & CallOptions &
  Submitting;

/** The handle of what a task gives: its result has crossed as JSON. */
type HandleOf<Given> = Handle<Sent<ResultOf<Given>>>;

/**
 * Starts tasks of a stage, and asks for them. A task is meant by its name, or by a reference: what {@link task} or
 * `defineTask` gives. @template Modules the types of task modules (`typeof math | typeof email`), by which names,
 * arguments and results are typed; without them any name is taken.
 */
export interface Client<Modules = unknown> {
  /** The task of this name, to build canvases with. */
  task<Name extends NameIn<Modules>>(name: Name): RefOf<TaskNamed<Modules, Name> & { readonly name: Name }>;
  /** Starts a task with these arguments. @throws InvalidArguments where JSON cannot say them; RequestRefused, Unreachable */
  delay<Task extends NameIn<Modules> | AnyRef>(
    task: Task,
    ...args: ArgsOf<Meant<Modules, Task>>
  ): Promise<HandleOf<Meant<Modules, Task>>>;
  /** Starts a canvas. @throws RequestRefused, Unreachable */
  delay<Given extends Whole>(canvas: Given): Promise<HandleOf<Given>>;
  /** Starts a task with keyword arguments and options: countdown, eta, expires, taskId, priority and so on. */
  apply<Task extends NameIn<Modules> | AnyRef>(
    task: Task,
    call: Call<Meant<Modules, Task>>,
  ): Promise<HandleOf<Meant<Modules, Task>>>;
  /**
   * Starts a canvas with options: those of its first task of a chain, of all members of a group, of header and body of
   * a chord.
   */
  apply<Given extends Whole>(canvas: Given, options: CanvasOptions & Submitting): Promise<HandleOf<Given>>;
  /** Starts up to 10,000 independent tasks in one request, ten to a message batch; handles in their order. */
  batch<const Given extends readonly Signature[]>(
    tasks: Given,
    how?: Submitting,
  ): Promise<{ -readonly [Index in keyof Given]: HandleOf<Given[Index]> }>;
  /** Runs a named workflow; its first tasks get these arguments. */
  run(workflow: string, given?: Partial<RunArguments> & Submitting): Promise<Handle>;
  /** The handle of what was submitted before. @template Result what its result is, where that is known */
  handle<Result = unknown>(taskId: string): Handle<Result>;
}

/** A client that reaches its stage by `transport`. */
export function createClientOf<Modules>(transport: Transport): Client<Modules> {
  const submit = async (node: Node, how: Submitting): Promise<Handle> => {
    // JSON.stringify would make null of NaN, and nothing of a function.
    nodeToJson(node);
    const submission = await transport.submit(node, how);
    return createHandle(transport, submission.task_id, submission);
  };

  function delay<Task extends string | AnyRef>(
    task: Task,
    ...args: ArgsOf<Meant<Modules, Task>>
  ): Promise<HandleOf<Meant<Modules, Task>>>;
  function delay<Given extends Whole>(canvas: Given): Promise<HandleOf<Given>>;
  function delay(given: string | AnyRef | Whole, ...args: readonly unknown[]): Promise<Handle> {
    const name = nameOf(given);
    return name === null ? submit(nodeOf(given), {}) : submit(callNode(name, { args }), {});
  }

  function apply<Task extends string | AnyRef>(
    task: Task,
    call: Call<Meant<Modules, Task>>,
  ): Promise<HandleOf<Meant<Modules, Task>>>;
  function apply<Given extends Whole>(canvas: Given, options: CanvasOptions & Submitting): Promise<HandleOf<Given>>;
  function apply(given: string | AnyRef | Whole, call: AnyCall): Promise<Handle> {
    const { args = [], idempotencyKey, correlationId, signal, ...options } = call;
    const name = nameOf(given);
    const node =
      name === null ? withOptions(nodeOf(given), wireOptions(options)) : callNode(name, { ...options, args });
    return submit(node, { idempotencyKey, correlationId, signal });
  }

  function batch<const Given extends readonly Signature[]>(
    tasks: Given,
    how?: Submitting,
  ): Promise<{ -readonly [Index in keyof Given]: HandleOf<Given[Index]> }>;
  async function batch(tasks: readonly Signature[], how: Submitting = {}): Promise<Handle[]> {
    const answer = await transport.batch(
      tasks.map(({ node }): TaskNode => node),
      how,
    );
    return answer.tasks.map(({ task_id: id }) => createHandle(transport, id, null));
  }

  function task<Name extends NameIn<Modules>>(name: Name): RefOf<TaskNamed<Modules, Name> & { readonly name: Name }>;
  function task(name: string): AnyRef {
    return taskRef(name);
  }

  function handle<Result>(taskId: string): Handle<Result>;
  function handle(taskId: string): Handle {
    return createHandle(transport, taskId, null);
  }

  return {
    task,
    delay,
    apply,
    batch,
    run: async (workflow, { args = [], kwargs = {}, ...how } = {}) => {
      const submission = await transport.run(workflow, { args, kwargs }, how);
      return createHandle(transport, submission.task_id, submission);
    },
    handle,
  };
}

type AnyCall = { readonly args?: readonly unknown[]; readonly kwargs?: unknown } & CallOptions & Submitting;

/** The name of a task that was given; null for a canvas or a signature, which have none. */
function nameOf(given: string | AnyRef | Whole): string | null {
  if (typeof given === "string") return given;
  return "name" in given ? given.name : null;
}

function nodeOf(given: string | AnyRef | Whole): Node {
  if (typeof given === "string") throw new TypeError(`"${given}" is a name, and no canvas.`);
  return given.node;
}
