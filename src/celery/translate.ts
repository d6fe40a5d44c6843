import type { Node } from "../core/canvas/node.ts";
import type { NodeOptions, TaskNode } from "../core/canvas/signature.ts";
import type { CeleryMark } from "../core/celery.ts";
import { derivedId } from "../aws/ids.ts";
import { type Shape, type Signature, shapeOf, withArgs } from "./signature.ts";
import { plainValue } from "./values.ts";

/** What the bridge does after the end of a task, since no canvas here knows of it. */
export interface Continuation {
  /** The rest of its chain, in the order in which it is run. */
  readonly chain: readonly Signature[];
  /** The chord whose header it is part of. */
  readonly chord: { readonly group: string; readonly body: Signature } | null;
  /** Links to tasks that run elsewhere. */
  readonly callbacks: readonly Signature[];
  readonly errbacks: readonly Signature[];
}

/** A signature as a node, with what follows the ends of its tasks, by their ids here. */
export interface Translation {
  readonly node: Node;
  readonly continuations: ReadonlyMap<string, Continuation>;
}

/** What a translation has to know. */
export interface TranslationContext {
  /** The name here of a task that runs here; null for any other. */
  readonly nameOf: (task: string) => string | null;
  readonly trackStarted: boolean;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id here of a task that a Celery client knows by an id of its choice. */
export function ownId(id: string): string {
  return UUID.test(id) ? id.toLowerCase() : derivedId("celery", id);
}

/** Whether all that a signature runs, its links aside, runs here. */
export function isOwn(signature: Signature, context: TranslationContext): boolean {
  const shape = shapeOf(signature);
  if (shape.kind === "task") return context.nameOf(signature.task) !== null;
  return partsOf(shape).every((part) => isOwn(part, context));
}

function partsOf(shape: Exclude<Shape, { kind: "task" }>): readonly Signature[] {
  if (shape.kind === "chord") return [...shape.header, shape.body];
  return "parts" in shape ? shape.parts : [shape.task];
}

/** The task whose result is the signature's; null of a group, which has no such one. */
export function lastTask(signature: Signature): Signature | null {
  const shape = shapeOf(signature);
  if (shape.kind === "chord") return lastTask(shape.body);
  if (shape.kind === "group") return null;
  const last = shape.kind === "chain" ? shape.parts.at(-1) : undefined;
  return last === undefined ? signature : lastTask(last);
}

/** The signature with values put before the arguments of what it begins with. */
export function prepend(signature: Signature, before: readonly unknown[]): Signature {
  const shape = shapeOf(signature);
  switch (shape.kind) {
    case "chain": {
      const [first, ...rest] = shape.parts;
      return first === undefined ? signature : withParts(signature, { tasks: [prepend(first, before), ...rest] });
    }
    case "group":
      return withParts(signature, { tasks: shape.parts.map((part) => prepend(part, before)) });
    case "chord":
      return withParts(signature, { header: shape.header.map((part) => prepend(part, before)) });
    default:
      return withArgs(signature, before);
  }
}

function withParts(signature: Signature, parts: Readonly<Record<string, unknown>>): Signature {
  return { ...signature, kwargs: { ...signature.kwargs, ...parts } };
}

/**
 * Signatures that all run here, one after the other, as one node.
 * @param rest what comes after them, and does not run here
 * @throws ZodError for a signature whose parts are none
 */
export function translate(
  signatures: readonly Signature[],
  rest: readonly Signature[],
  context: TranslationContext,
): Translation {
  const last = signatures.at(-1);
  const tail = last === undefined ? null : lastTask(last);
  const translator = new Translator(context, { after: tail?.options.task_id ?? null, rest });
  const steps = signatures.map((signature, index) => translator.node(signature, signatures[index + 1], false));
  const [only] = steps;
  const node = steps.length === 1 && only !== undefined ? only : { chain: steps };
  return { node, continuations: translator.continuations };
}

/** What does not run here, and the id of the task after which it comes. */
interface Foreign {
  readonly after: string | null;
  readonly rest: readonly Signature[];
}

class Translator {
  readonly continuations = new Map<string, Continuation>();
  readonly #context: TranslationContext;
  readonly #foreign: Foreign;

  constructor(context: TranslationContext, foreign: Foreign) {
    this.#context = context;
    this.#foreign = foreign;
  }

  /**
   * @param next what comes after it in its chain
   * @param inHeader whether the chord around it is translated too, so that its own note of it says nothing new
   */
  node(signature: Signature, next: Signature | undefined, inHeader: boolean): Node {
    const shape = shapeOf(signature);
    switch (shape.kind) {
      case "chain":
        return { chain: shape.parts.map((part, index) => this.node(part, shape.parts[index + 1] ?? next, inHeader)) };
      case "group":
        return { group: shape.parts.map((part) => this.node(part, next, inHeader)) };
      case "chord":
        return {
          chord: {
            header: shape.header.map((part) => this.node(part, undefined, true)),
            body: this.node(shape.body, next, inHeader),
          },
        };
      case "map":
      case "starmap":
        return {
          ...this.#task(signature, next, inHeader, shape.task.task),
          args: shape.items,
          kwargs: {},
          each: shape.kind,
        };
      case "task":
        return this.#task(signature, next, inHeader, signature.task);
    }
  }

  #task(signature: Signature, next: Signature | undefined, inHeader: boolean, name: string): TaskNode {
    const { args, kwargs, options, immutable } = signature;
    const { task_id: id, chord, group_id: group } = options;
    const own = typeof id === "string" ? ownId(id) : undefined;
    const [links, callbacks] = this.#split(options.link ?? []);
    const [errorLinks, errbacks] = this.#split(options.link_error ?? []);
    const part = chord && !inHeader && typeof group === "string" ? { group, body: chord } : undefined;
    const chain = typeof id === "string" && id === this.#foreign.after ? this.#foreign.rest : [];
    const continues = own !== undefined && (part ?? chain[0] ?? callbacks[0] ?? errbacks[0]) !== undefined;
    if (continues) this.continuations.set(own, { chain, chord: part ?? null, callbacks, errbacks });
    const after = next?.options.task_id;
    const mark: CeleryMark = {
      ...(own !== id && typeof id === "string" && { id }),
      next: typeof after === "string" ? [after] : [],
      continues,
      started: this.#context.trackStarted,
    };
    return {
      task: this.#context.nameOf(name) ?? name,
      args: args.map(plainValue),
      kwargs: Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, plainValue(value)])),
      immutable,
      options: { ...nodeOptions(options), task_id: own, link: links, link_error: errorLinks },
      celery: mark,
    };
  }

  /** Links that run here, as nodes, and the others. */
  #split(links: readonly Signature[]): [TaskNode[], Signature[]] {
    const own = links.filter((link) => shapeOf(link).kind === "task" && isOwn(link, this.#context));
    return [
      own.map((link) => this.#task(link, undefined, false, link.task)),
      links.filter((link) => !own.includes(link)),
    ];
  }
}

function nodeOptions(options: Signature["options"]): NodeOptions {
  const { countdown, eta, expires } = options;
  return {
    countdown: eta ? undefined : (countdown ?? undefined),
    eta: eta ? inUtc(eta) : undefined,
    expires: typeof expires === "string" ? inUtc(expires) : (expires ?? undefined),
    time_limit: options.time_limit ?? undefined,
    soft_time_limit: options.soft_time_limit ?? undefined,
    priority: options.priority ?? undefined,
    ignore_result: options.ignore_result === true ? true : undefined,
  };
}

/** Python writes times with microseconds, and without an offset where they are naive: then they are UTC. */
function inUtc(time: string): string {
  const date = new Date(/(Z|[+-]\d\d:?\d\d)$/i.test(time) ? time : `${time}Z`);
  return Number.isNaN(date.getTime()) ? time : date.toISOString();
}
